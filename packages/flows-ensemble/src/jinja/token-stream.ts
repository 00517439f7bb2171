import { TemplateProblem } from './template-error.ts';
import { describeToken, describeType, type Token, type TokenType } from './token.ts';

/** Goes through the tokens of a template, one ahead at a time. */
export class TokenStream {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  #token(at: number): Token {
    const token = this.#tokens[Math.min(at, this.#tokens.length - 1)];
    return token ?? { type: 'eof', value: '', line: 1 };
  }

  get current(): Token {
    return this.#token(this.#at);
  }

  /** The token behind the current one. */
  get following(): Token {
    return this.#token(this.#at + 1);
  }

  /** Answers the current token and goes on. */
  next(): Token {
    const token = this.current;
    this.#at += 1;
    return token;
  }

  isName(...names: readonly string[]): boolean {
    return this.current.type === 'name' && names.includes(this.current.value);
  }

  isOperator(...operators: readonly string[]): boolean {
    return operators.some((operator) => this.current.type === `operator ${operator}`);
  }

  skipName(name: string): boolean {
    const found = this.isName(name);
    if (found) this.#at += 1;
    return found;
  }

  skipOperator(operator: string): boolean {
    const found = this.isOperator(operator);
    if (found) this.#at += 1;
    return found;
  }

  expect(type: TokenType): Token {
    if (this.current.type === type) return this.next();
    return this.#unexpected(describeType(type));
  }

  expectOperator(operator: string): Token {
    return this.expect(`operator ${operator}`);
  }

  expectName(name: string): Token {
    if (this.isName(name)) return this.next();
    return this.#unexpected(name);
  }

  #unexpected(wanted: string): never {
    const { current } = this;
    if (current.type === 'eof')
      throw new TemplateProblem(`unexpected end of template, expected '${wanted}'.`, current.line);
    throw new TemplateProblem(
      `expected token '${wanted}', got '${describeToken(current)}'`,
      current.line,
    );
  }
}
