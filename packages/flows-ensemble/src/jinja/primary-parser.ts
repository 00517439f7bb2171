import { parseInteger } from '../python/numbers.ts';
import type { CallArguments, Expression, FilterExpression } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';
import { describeToken } from './token.ts';
import type { TokenStream } from './token-stream.ts';

const CONSTANTS: ReadonlyMap<string, boolean | null> = new Map([
  ['true', true],
  ['True', true],
  ['false', false],
  ['False', false],
  ['none', null],
  ['None', null],
]);

/** What a call without arguments is given. */
const NOTHING: CallArguments = {
  positional: [],
  named: [],
  spread: undefined,
  spreadNamed: undefined,
};

/** Reads what expressions are made of: literals, names, and what stands behind them. */
export abstract class PrimaryParser {
  readonly stream: TokenStream;

  constructor(stream: TokenStream) {
    this.stream = stream;
  }

  /** With `a if b else c`. */
  abstract expression(): Expression;

  /** Without it. */
  abstract unconditional(): Expression;

  fail(message: string, line = this.stream.current.line): never {
    throw new TemplateProblem(message, line);
  }

  /** One expression, or several with commas between them, which make a tuple. */
  tuple(
    options: {
      readonly conditional?: boolean;
      readonly end?: string;
      readonly explicit?: boolean;
    } = {},
  ): Expression {
    const { line } = this.stream.current;
    const items: Expression[] = [];
    let isTuple = false;
    while (!this.#isTupleEnd(options.end)) {
      items.push(options.conditional === false ? this.unconditional() : this.expression());
      if (!this.stream.isOperator(',')) break;
      isTuple = true;
      this.stream.next();
    }
    const [first] = items;
    if (!isTuple && first !== undefined) return first;
    if (!isTuple && options.explicit !== true)
      this.fail(`Expected an expression, got '${describeToken(this.stream.current)}'`);
    return { kind: 'tuple', line, items };
  }

  #isTupleEnd(end: string | undefined): boolean {
    const { type } = this.stream.current;
    if (type === 'variable_end' || type === 'block_end' || type === 'operator )') return true;
    return end !== undefined && this.stream.isName(end);
  }

  primary(): Expression {
    const token = this.stream.current;
    const { line } = token;
    switch (token.type) {
      case 'name': {
        this.stream.next();
        const value = CONSTANTS.get(token.value);
        if (value !== undefined) return { kind: 'constant', line, value };
        return { kind: 'name', line, name: token.value };
      }
      case 'string':
        return { kind: 'constant', line, value: this.#strings() };
      case 'integer':
        this.stream.next();
        return { kind: 'constant', line, value: parseInteger(token.value, 0) };
      case 'float':
        this.stream.next();
        return { kind: 'constant', line, value: Number(token.value) };
      default:
        return this.#bracketed();
    }
  }

  /** Strings beside each other are one. */
  #strings(): string {
    let text = '';
    while (this.stream.current.type === 'string') text += this.stream.next().value;
    return text;
  }

  #bracketed(): Expression {
    const { current } = this.stream;
    if (this.stream.skipOperator('(')) {
      const value = this.tuple({ explicit: true });
      this.stream.expectOperator(')');
      return value;
    }
    if (this.stream.isOperator('[')) return this.#list();
    if (this.stream.isOperator('{')) return this.#dict();
    return this.fail(`unexpected '${describeToken(current)}'`, current.line);
  }

  #list(): Expression {
    const { line } = this.stream.next();
    const items: Expression[] = [];
    while (!this.stream.isOperator(']')) {
      if (items.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator(']')) break;
      items.push(this.expression());
    }
    this.stream.expectOperator(']');
    return { kind: 'list', line, items };
  }

  #dict(): Expression {
    const { line } = this.stream.next();
    const pairs: (readonly [Expression, Expression])[] = [];
    while (!this.stream.isOperator('}')) {
      if (pairs.length > 0) this.stream.expectOperator(',');
      if (this.stream.isOperator('}')) break;
      const key = this.expression();
      this.stream.expectOperator(':');
      pairs.push([key, this.expression()]);
    }
    this.stream.expectOperator('}');
    return { kind: 'dict', line, pairs };
  }

  postfix(first: Expression): Expression {
    let value = first;
    for (;;) {
      if (this.stream.isOperator('.', '[')) value = this.#subscript(value);
      else if (this.stream.isOperator('(')) value = this.#call(value);
      else return value;
    }
  }

  filtersAndTests(first: Expression): Expression {
    let value = first;
    for (;;) {
      if (this.stream.isOperator('|')) value = this.filters(value);
      else if (this.stream.isName('is')) value = this.#test(value);
      else if (this.stream.isOperator('(')) value = this.#call(value);
      else return value;
    }
  }

  #call(of: Expression): Expression {
    const { line } = this.stream.current;
    return { kind: 'call', line, of, given: this.#arguments() };
  }

  #subscript(of: Expression): Expression {
    const { line, type } = this.stream.next();
    if (type === 'operator .') {
      const token = this.stream.next();
      if (token.type === 'name') return { kind: 'attribute', line, of, name: token.value };
      if (token.type !== 'integer') this.fail('expected name or number', token.line);
      const key: Expression = {
        kind: 'constant',
        line: token.line,
        value: parseInteger(token.value, 0),
      };
      return { kind: 'item', line, of, key };
    }
    return this.#bracketSubscript(of, line);
  }

  #bracketSubscript(of: Expression, line: number): Expression {
    const keys: Expression[] = [];
    while (!this.stream.isOperator(']')) {
      if (keys.length > 0) this.stream.expectOperator(',');
      const key = this.#sliceOrKey(of, line);
      if (key.kind === 'slice' && key.of === of) {
        if (keys.length > 0 || !this.stream.isOperator(']'))
          this.fail('slices of several dimensions are not supported', line);
        this.stream.next();
        return key;
      }
      keys.push(key);
    }
    this.stream.expectOperator(']');
    const [first] = keys;
    const key: Expression =
      first !== undefined && keys.length === 1 ? first : { kind: 'tuple', line, items: keys };
    return { kind: 'item', line, of, key };
  }

  #sliceOrKey(of: Expression, line: number): Expression {
    const start = this.stream.isOperator(':') ? undefined : this.expression();
    if (start !== undefined && !this.stream.isOperator(':')) return start;
    this.stream.next();
    const stop = this.#bound();
    const step = this.stream.skipOperator(':') ? this.#bound() : undefined;
    return { kind: 'slice', line, of, bounds: [start, stop, step] };
  }

  #bound(): Expression | undefined {
    return this.stream.isOperator(':', ']', ',') ? undefined : this.expression();
  }

  #arguments(): CallArguments {
    const { line } = this.stream.expectOperator('(');
    const positional: Expression[] = [];
    const named: (readonly [string, Expression])[] = [];
    let spread: Expression | undefined;
    let spreadNamed: Expression | undefined;
    const ensure = (good: boolean): void => {
      if (!good) this.fail('invalid syntax for function call expression', line);
    };
    let more = false;
    while (!this.stream.isOperator(')')) {
      if (more) this.stream.expectOperator(',');
      if (this.stream.isOperator(')')) break;
      more = true;
      if (this.stream.skipOperator('*')) {
        ensure(spread === undefined && spreadNamed === undefined);
        spread = this.expression();
      } else if (this.stream.skipOperator('**')) {
        ensure(spreadNamed === undefined);
        spreadNamed = this.expression();
      } else if (this.#isNamed()) {
        ensure(spreadNamed === undefined);
        named.push(this.#named());
      } else {
        ensure(spread === undefined && spreadNamed === undefined && named.length === 0);
        positional.push(this.expression());
      }
    }
    this.stream.expectOperator(')');
    return { positional, named, spread, spreadNamed };
  }

  #isNamed(): boolean {
    return this.stream.current.type === 'name' && this.stream.following.type === 'operator =';
  }

  #named(): readonly [string, Expression] {
    const name = this.stream.next().value;
    this.stream.next();
    return [name, this.expression()];
  }

  /** A name with dots, as filters and tests of extensions have. */
  #dottedName(): { readonly name: string; readonly line: number } {
    const token = this.stream.expect('name');
    let name = token.value;
    while (this.stream.skipOperator('.')) name += `.${this.stream.expect('name').value}`;
    return { name, line: token.line };
  }

  #filter(of: Expression | undefined): FilterExpression {
    const { name, line } = this.#dottedName();
    const given = this.stream.isOperator('(') ? this.#arguments() : NOTHING;
    return { kind: 'filter', line, of, name, given };
  }

  filters(first: Expression): Expression {
    let value = first;
    while (this.stream.skipOperator('|')) value = this.#filter(value);
    return value;
  }

  /** Filters of a block, which have nothing in front of them; `inline` when the first one has no bar either. */
  blockFilters(inline: boolean): FilterExpression | undefined {
    let value = inline ? this.#filter(undefined) : undefined;
    while (this.stream.skipOperator('|')) value = this.#filter(value);
    return value;
  }

  #test(of: Expression): Expression {
    const { line } = this.stream.next();
    const negated = this.stream.skipName('not');
    const { name } = this.#dottedName();
    const test: Expression = { kind: 'test', line, of, name, given: this.#testArguments() };
    return negated ? { kind: 'not', line, of: test } : test;
  }

  #testArguments(): CallArguments {
    if (this.stream.isOperator('(')) return this.#arguments();
    const { type } = this.stream.current;
    const starts =
      ['name', 'string', 'integer', 'float'].includes(type) || this.stream.isOperator('[', '{');
    if (!starts || this.stream.isName('else', 'or', 'and')) return NOTHING;
    if (this.stream.isName('is')) this.fail('You cannot chain multiple tests with is');
    return { ...NOTHING, positional: [this.postfix(this.primary())] };
  }
}
