import { typeError } from './py-exception.ts';
import type { PyArguments, PyObject, PyValue } from './value.ts';

/** What a function takes: names in order, the first `required` of them without a default. */
export interface Signature {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly required: number;
}

/** For calls whose arguments have no names. */
export const NO_NAMES: ReadonlyMap<string, PyValue> = new Map();

/** Arguments without names. */
export function positional(...values: readonly PyValue[]): PyArguments {
  return { positional: values, named: NO_NAMES };
}

/** Puts arguments in the order of the parameters; `undefined` for those left out. */
export function bind(signature: Signature, values: PyArguments): (PyValue | undefined)[] {
  const { name, parameters, required } = signature;
  if (values.positional.length > parameters.length)
    throw typeError(
      `${name}() takes at most ${parameters.length} arguments (${values.positional.length} given)`,
    );
  const bound: (PyValue | undefined)[] = [...values.positional];
  for (const [key, value] of values.named) {
    const at = parameters.indexOf(key);
    if (at === -1) throw typeError(`${name}() got an unexpected keyword argument '${key}'`);
    if (bound[at] !== undefined)
      throw typeError(`${name}() got multiple values for argument '${key}'`);
    bound[at] = value;
  }
  for (let at = 0; at < required; at += 1)
    if (bound[at] === undefined)
      throw typeError(`${name}() missing required argument '${parameters[at]}'`);
  return bound;
}

/** Something that can be called: a method with the value it belongs to, or a function. */
export class PyFunction implements PyObject {
  readonly pyType = 'builtin_function_or_method';
  readonly #name: string;
  readonly #run: (values: PyArguments) => PyValue;

  constructor(name: string, run: (values: PyArguments) => PyValue) {
    this.#name = name;
    this.#run = run;
  }

  call(values: PyArguments): PyValue {
    return this.#run(values);
  }

  attribute(): undefined {
    return undefined;
  }

  text(): string {
    return `<built-in function ${this.#name}>`;
  }
}
