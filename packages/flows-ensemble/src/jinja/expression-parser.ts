import type { BinaryOperator } from '../python/arithmetic.ts';
import { PrimaryParser } from './primary-parser.ts';
import type { CompareOperator, Expression } from './syntax-tree.ts';

const COMPARE = ['==', '!=', '<', '<=', '>', '>='] as const;

/** Reads expressions; each method takes what binds tighter than the one before. */
export class ExpressionParser extends PrimaryParser {
  override expression(): Expression {
    let value = this.#or();
    while (this.stream.skipName('if')) {
      const test = this.#or();
      const no = this.stream.skipName('else') ? this.expression() : undefined;
      value = { kind: 'choice', line: value.line, test, yes: value, no };
    }
    return value;
  }

  override unconditional(): Expression {
    return this.#or();
  }

  #or(): Expression {
    let left = this.#and();
    while (this.stream.skipName('or'))
      left = { kind: 'or', line: left.line, left, right: this.#and() };
    return left;
  }

  #and(): Expression {
    let left = this.#not();
    while (this.stream.skipName('and'))
      left = { kind: 'and', line: left.line, left, right: this.#not() };
    return left;
  }

  #not(): Expression {
    if (!this.stream.isName('not')) return this.#compare();
    const { line } = this.stream.next();
    return { kind: 'not', line, of: this.#not() };
  }

  #compareOperator(): CompareOperator | undefined {
    const found = COMPARE.find((operator) => this.stream.isOperator(operator));
    if (found !== undefined) {
      this.stream.next();
      return found;
    }
    if (this.stream.skipName('in')) return 'in';
    const { following } = this.stream;
    if (!this.stream.isName('not') || following.type !== 'name' || following.value !== 'in')
      return undefined;
    this.stream.next();
    this.stream.next();
    return 'notin';
  }

  #compare(): Expression {
    const first = this.#sum();
    const rest: (readonly [CompareOperator, Expression])[] = [];
    for (
      let operator = this.#compareOperator();
      operator !== undefined;
      operator = this.#compareOperator()
    )
      rest.push([operator, this.#sum()]);
    return rest.length === 0 ? first : { kind: 'compare', line: first.line, first, rest };
  }

  #binary(operators: readonly BinaryOperator[], operand: () => Expression): Expression {
    let left = operand();
    for (;;) {
      const operator = operators.find((candidate) => this.stream.isOperator(candidate));
      if (operator === undefined) return left;
      this.stream.next();
      left = { kind: 'binary', line: left.line, operator, left, right: operand() };
    }
  }

  #sum(): Expression {
    return this.#binary(['+', '-'], () => this.#concat());
  }

  #concat(): Expression {
    const first = this.#product();
    const parts = [first];
    while (this.stream.skipOperator('~')) parts.push(this.#product());
    return parts.length === 1 ? first : { kind: 'concat', line: first.line, parts };
  }

  #product(): Expression {
    return this.#binary(['*', '/', '//', '%'], () => this.#power());
  }

  /** Groups from the left, unlike Python. */
  #power(): Expression {
    return this.#binary(['**'], () => this.#unary(true));
  }

  #unary(withFilters: boolean): Expression {
    let value: Expression;
    if (this.stream.isOperator('-', '+')) {
      const { line, type } = this.stream.next();
      const sign = type === 'operator -' ? '-' : '+';
      value = { kind: 'sign', line, sign, of: this.#unary(false) };
    } else {
      value = this.primary();
    }
    value = this.postfix(value);
    return withFilters ? this.filtersAndTests(value) : value;
  }
}
