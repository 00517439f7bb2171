import { formatValue } from './format-spec.ts';
import { indexError, keyError, valueError } from './py-exception.ts';
import { repr, str } from './text.ts';
import type { PyArguments, PyValue } from './value.ts';

const NAME = /^[^.[]*/;
const STEP = /^(?:\.([^.[]+)|\[([^\]]+)\])/;

/** Looks up one step of a field: `.attribute` or `[item]`. */
export type Step = (
  value: PyValue,
  attribute: string | undefined,
  item: string | undefined,
) => PyValue;

/** Fills the fields of one `str.format` call. */
class Formatter {
  readonly #values: PyArguments;
  readonly #step: Step;
  #automatic = 0;

  constructor(values: PyArguments, step: Step) {
    this.#values = values;
    this.#step = step;
  }

  fill(text: string, depth: number): string {
    if (depth < 0) throw valueError('Max string recursion exceeded');
    let result = '';
    let at = 0;
    while (at < text.length) {
      const character = text.charAt(at);
      if (character !== '{' && character !== '}') {
        result += character;
        at += 1;
      } else if (text.charAt(at + 1) === character) {
        result += character;
        at += 2;
      } else if (character === '}') {
        throw valueError("Single '}' encountered in format string");
      } else {
        const end = closing(text, at);
        result += this.#field(text.slice(at + 1, end), depth);
        at = end + 1;
      }
    }
    return result;
  }

  #field(field: string, depth: number): string {
    const { expression, conversion, spec } = splitField(field);
    const value = converted(this.#lookUp(expression), conversion);
    return formatValue(value, this.fill(spec, depth - 1));
  }

  #lookUp(expression: string): PyValue {
    const name = NAME.exec(expression)?.[0] ?? '';
    let value = this.#first(name);
    let rest = expression.slice(name.length);
    while (rest !== '') {
      const step = STEP.exec(rest);
      if (step === null)
        throw valueError("Only '.' or '[' may follow ']' in format field specifier");
      const [all, attribute, item] = step;
      value = this.#step(value, attribute, item);
      rest = rest.slice(all.length);
    }
    return value;
  }

  #first(name: string): PyValue {
    if (name === '' || /^\d+$/.test(name)) {
      const place = name === '' ? this.#automatic++ : Number(name);
      const value = this.#values.positional[place];
      if (value === undefined)
        throw indexError(`Replacement index ${place} out of range for positional args tuple`);
      return value;
    }
    const value = this.#values.named.get(name);
    if (value === undefined) throw keyError(name);
    return value;
  }
}

function closing(text: string, from: number): number {
  let open = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text.charAt(at) === '{') open += 1;
    if (text.charAt(at) === '}') open -= 1;
    if (open === 0) return at;
  }
  throw valueError("expected '}' before end of string");
}

function splitField(field: string): {
  readonly expression: string;
  readonly conversion: string | undefined;
  readonly spec: string;
} {
  const [, expression = '', conversion, spec = ''] =
    /^((?:\[[^\]]*\]|[^!:[])*)(?:!([^:]))?(?::([\s\S]*))?$/.exec(field) ?? [];
  return { expression, conversion, spec };
}

function converted(value: PyValue, conversion: string | undefined): PyValue {
  switch (conversion) {
    case undefined:
      return value;
    case 's':
      return str(value);
    case 'r':
    case 'a':
      return repr(value);
    default:
      throw valueError(`Unknown conversion specifier ${conversion}`);
  }
}

/** `text.format(...)`. */
export function formatText(text: string, values: PyArguments, step: Step): string {
  return new Formatter(values, step).fill(text, 2);
}
