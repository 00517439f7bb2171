import { scalarText } from '../written.ts';
import { compileExpression, type Run, type TemplateScope } from './compile.ts';
import { readTokens } from './lexer.ts';
import { type NamePath, namesIn } from './names.ts';
import { kindOf, MAX_RESULT } from './operators.ts';
import { parseExpression } from './parser.ts';
import { templateError } from './template-error.ts';

/** A compiled text with `{{ expressions }}`. */
export interface Template {
  readonly text: string;
  /** The fixed text around the expressions: one more than there are expressions. */
  readonly literals: readonly string[];
  /** For each expression, where it begins and ends in the text, braces included. */
  readonly spans: readonly (readonly [start: number, end: number])[];
  /** For each expression, whether it ends in `| raw`. */
  readonly raw: readonly boolean[];
  /** Every name that is used, in order. */
  readonly names: readonly NamePath[];
  /**
   * The value: that of the expression itself when the text is exactly one, otherwise the rendered text.
   * @throws TEMPLATE_UNKNOWN_NAME, TEMPLATE_VALUE, TEMPLATE_LIMIT
   */
  evaluate(scope: TemplateScope): unknown;
  /** The text, values in their plain form. @throws like `evaluate` */
  render(scope: TemplateScope): string;
  /** The value of each expression, for those who put them into the text themselves. @throws like `evaluate` */
  values(scope: TemplateScope): readonly unknown[];
}

interface Slot {
  readonly at: number;
  readonly run: Run;
}

/**
 * The text of a value as it stands in a sentence: scalars as written, lists with spaces between.
 * `undefined` when it has none (maps, nothing).
 */
export function plainText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value)) return scalarText(value);
  const words = value.map(scalarText);
  return words.includes(undefined) ? undefined : words.join(' ');
}

class CompiledTemplate implements Template {
  readonly text: string;
  readonly spans: readonly (readonly [start: number, end: number])[];
  readonly literals: readonly string[];
  readonly raw: readonly boolean[];
  readonly names: readonly NamePath[];
  readonly #slots: readonly Slot[];

  constructor(text: string) {
    this.text = text;
    const literals: string[] = [];
    const raw: boolean[] = [];
    const names: NamePath[] = [];
    const slots: Slot[] = [];
    const spans: [number, number][] = [];
    let literal = '';
    let at = 0;
    for (;;) {
      const open = text.indexOf('{{', at);
      literal += open < 0 ? text.slice(at) : text.slice(at, open);
      if (open < 0) break;
      if (text.startsWith('{{{{', open)) {
        literal += '{{';
        at = open + 4;
        continue;
      }
      const { tokens, end } = readTokens(text, open + 2);
      const expression = parseExpression(text, tokens);
      literals.push(literal);
      literal = '';
      raw.push(expression.raw);
      names.push(...namesIn(expression.node));
      spans.push([open, end]);
      slots.push({ at: open, run: compileExpression(text, expression.node) });
      at = end;
    }
    literals.push(literal);
    this.literals = literals;
    this.raw = raw;
    this.spans = spans;
    this.names = names;
    this.#slots = slots;
  }

  evaluate(scope: TemplateScope): unknown {
    const only =
      this.#slots.length === 1 && this.literals.every((literal) => literal.trim() === '');
    return only ? this.#slots[0]?.run(scope) : this.render(scope);
  }

  values(scope: TemplateScope): readonly unknown[] {
    return this.#slots.map((slot) => slot.run(scope));
  }

  render(scope: TemplateScope): string {
    let result = this.literals[0] ?? '';
    for (let index = 0; index < this.#slots.length; index += 1) {
      const slot = this.#slots[index];
      if (slot === undefined) break;
      result += this.#plain(slot.run(scope), slot) + (this.literals[index + 1] ?? '');
    }
    if (result.length > MAX_RESULT && result.length > 2 * this.text.length) {
      const message = `the text would have ${result.length} characters`;
      throw templateError('TEMPLATE_LIMIT', message, { text: this.text, at: 0 });
    }
    return result;
  }

  #plain(value: unknown, slot: Slot): string {
    const text = plainText(value);
    if (text !== undefined) return text;
    const message = `${kindOf(value)} cannot stand in a text; give a field of it, "| json" or "| default(...)"`;
    throw templateError('TEMPLATE_VALUE', message, { text: this.text, at: slot.at });
  }
}

/**
 * Compiles a text with `{{ expressions }}`. Expressions are pure: they see the names of the scope and a fixed set of functions.
 * `{{{{` stands for two braces; `${env:NAME}` and `${secret:NAME}` are not touched.
 * @throws TEMPLATE_SYNTAX, TEMPLATE_UNKNOWN_FUNCTION, TEMPLATE_LIMIT
 */
export function compileTemplate(text: string): Template {
  return new CompiledTemplate(text);
}

/** Compiles a bare expression, without braces around it. @throws like {@link compileTemplate} */
export function compileCondition(text: string): Template {
  return compileTemplate(text.includes('{{') ? text : `{{ ${text} }}`);
}
