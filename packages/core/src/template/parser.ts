import { didYouMean } from '../suggest.ts';
import { numberAsWritten } from '../written.ts';
import { FUNCTIONS } from './functions.ts';
import type { Token } from './lexer.ts';
import type { BinaryOperator, Node } from './syntax-tree.ts';
import { type TemplateCode, templateError } from './template-error.ts';

const MAX_DEPTH = 60;
const MAX_NODES = 1000;

const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  True: true,
  false: false,
  False: false,
  null: null,
  None: null,
};
const WORDS = new Set(['and', 'or', 'not', 'in', 'if', 'else', ...Object.keys(CONSTANTS)]);

/** What one pair of braces holds. */
export interface Expression {
  readonly node: Node;
  /** Ends in `| raw`: the value goes into the text as it is, without escaping. */
  readonly raw: boolean;
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;
  #depth = 0;
  #nodes = 0;
  raw = false;

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text;
    this.#tokens = tokens;
  }

  get #token(): Token {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.#text.length };
  }

  fail(message: string, at: number, code: TemplateCode = 'TEMPLATE_SYNTAX'): never {
    throw templateError(code, message, { text: this.#text, at });
  }

  #is(...texts: readonly string[]): boolean {
    const { kind, text } = this.#token;
    return (kind === 'symbol' || kind === 'name') && texts.includes(text);
  }

  #take(...texts: readonly string[]): Token | undefined {
    if (!this.#is(...texts)) return undefined;
    const token = this.#token;
    this.#next += 1;
    return token;
  }

  #expect(text: string): void {
    if (this.#take(text) === undefined) this.#unexpected(`expected "${text}"`);
  }

  #unexpected(expected: string): never {
    const { kind, text, at } = this.#token;
    this.fail(kind === 'end' ? `${expected}` : `${expected}, found ${JSON.stringify(text)}`, at);
  }

  #made(node: Node): Node {
    this.#nodes += 1;
    if (this.#nodes > MAX_NODES)
      this.fail('this expression has too many parts', node.at, 'TEMPLATE_LIMIT');
    return node;
  }

  #deeper<T>(parse: () => T): T {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH) {
      this.fail('this expression is nested too deeply', this.#token.at, 'TEMPLATE_LIMIT');
    }
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  #atEnd(): boolean {
    return this.#token.kind === 'end';
  }

  whole(): Node {
    if (this.#atEnd()) this.fail('there is nothing between the braces', this.#token.at);
    const node = this.#expression();
    if (!this.#atEnd()) this.#unexpected('expected "}}" or an operator');
    return node;
  }

  #expression(): Node {
    return this.#deeper(() => {
      const first = this.#or();
      const question = this.#take('?');
      if (question !== undefined) {
        const yes = this.#expression();
        this.#expect(':');
        return this.#made({
          kind: 'choice',
          at: question.at,
          test: first,
          yes,
          no: this.#expression(),
        });
      }
      const condition = this.#take('if');
      if (condition === undefined) return first;
      const test = this.#or();
      this.#expect('else');
      return this.#made({
        kind: 'choice',
        at: condition.at,
        test,
        yes: first,
        no: this.#expression(),
      });
    });
  }

  #chain(parse: () => Node, operators: Readonly<Record<string, BinaryOperator>>): Node {
    let left = parse();
    for (;;) {
      const token = this.#take(...Object.keys(operators));
      if (token === undefined) return left;
      const operator = operators[token.text] ?? 'or';
      left = this.#made({ kind: 'binary', at: token.at, operator, left, right: parse() });
    }
  }

  #or(): Node {
    return this.#chain(() => this.#and(), { or: 'or', '||': 'or' });
  }

  #and(): Node {
    return this.#chain(() => this.#not(), { and: 'and', '&&': 'and' });
  }

  #not(): Node {
    const token = this.#take('not', '!');
    if (token === undefined) return this.#comparison();
    return this.#deeper(() =>
      this.#made({ kind: 'unary', at: token.at, operator: 'not', of: this.#not() }),
    );
  }

  #comparison(): Node {
    const left = this.#sum();
    const at = this.#token.at;
    const operator = this.#comparator();
    if (operator === undefined) return left;
    const node = this.#made({ kind: 'binary', at, operator, left, right: this.#sum() });
    if (this.#is('==', '!=', '<', '<=', '>', '>=', 'in')) {
      this.fail('comparisons do not chain; join them with "and"', this.#token.at);
    }
    return node;
  }

  #comparator(): BinaryOperator | undefined {
    const found = (['==', '!=', '<=', '>=', '<', '>', 'in'] as const).find((name) =>
      this.#is(name),
    );
    if (found !== undefined) {
      this.#next += 1;
      return found;
    }
    if (this.#take('not') === undefined) return undefined;
    this.#expect('in');
    return 'not in';
  }

  #sum(): Node {
    return this.#chain(() => this.#product(), { '+': '+', '-': '-' });
  }

  #product(): Node {
    return this.#chain(() => this.#signed(), { '*': '*', '/': '/', '//': '//', '%': '%' });
  }

  #signed(): Node {
    const token = this.#take('-');
    if (token === undefined) return this.#power();
    // The sign belongs to a number that a filter follows: `-7 | abs` is 7.
    const [number, then] = this.#tokens.slice(this.#next, this.#next + 2);
    if (number?.kind === 'number' && then?.text === '|' && then.kind === 'symbol') {
      this.#next += 1;
      const text = `-${number.text}`;
      const value = numberAsWritten(Number(text), text);
      return this.#postfix({ kind: 'literal', at: token.at, value });
    }
    return this.#deeper(() =>
      this.#made({ kind: 'unary', at: token.at, operator: '-', of: this.#signed() }),
    );
  }

  #power(): Node {
    const left = this.#postfix();
    const token = this.#take('**');
    if (token === undefined) return left;
    const right = this.#deeper(() => this.#signed());
    return this.#made({ kind: 'binary', at: token.at, operator: '**', left, right });
  }

  #postfix(start?: Node): Node {
    let node = start ?? this.#primary();
    for (;;) {
      const token = this.#take('.', '[', '|');
      if (token === undefined) return node;
      if (token.text === '.') node = this.#field(node, token.at);
      else if (token.text === '|') node = this.#filter(node);
      else {
        const index = this.#expression();
        this.#expect(']');
        node = this.#made({ kind: 'index', at: token.at, of: node, index });
      }
      if (this.raw) return node;
    }
  }

  #field(of: Node, at: number): Node {
    const token = this.#token;
    if (token.kind !== 'name') this.#unexpected('expected a name after "."');
    this.#next += 1;
    return this.#made({ kind: 'field', at, of, name: token.text });
  }

  #filter(value: Node): Node {
    const token = this.#token;
    if (token.kind !== 'name') this.#unexpected('expected the name of a filter after "|"');
    this.#next += 1;
    if (token.text === 'raw') {
      this.raw = true;
      if (this.#token.kind !== 'end') {
        this.fail(
          '"raw" must come last and stand for the whole expression; use parentheses',
          token.at,
        );
      }
      return value;
    }
    return this.#call(token, [value, ...(this.#is('(') ? this.#arguments() : [])]);
  }

  #arguments(): Node[] {
    this.#expect('(');
    return this.#listUntil(')');
  }

  #listUntil(close: string): Node[] {
    const items: Node[] = [];
    while (this.#take(close) === undefined) {
      if (items.length > 0) this.#expect(',');
      if (this.#take(close) !== undefined) break;
      items.push(this.#expression());
    }
    return items;
  }

  #call(name: Token, args: readonly Node[]): Node {
    const known = FUNCTIONS.get(name.text);
    if (known === undefined) {
      const message = `there is no function "${name.text}"${didYouMean(name.text, FUNCTIONS.keys())}`;
      this.fail(message, name.at, 'TEMPLATE_UNKNOWN_FUNCTION');
    }
    if (args.length < known.min || args.length > known.max) {
      const count = known.min === known.max ? `${known.min}` : `${known.min} to ${known.max}`;
      this.fail(`"${name.text}" takes ${count} values, got ${args.length}`, name.at);
    }
    return this.#made({ kind: 'call', at: name.at, name: name.text, args });
  }

  #primary(): Node {
    const token = this.#token;
    this.#next += 1;
    const { at, text } = token;
    if (token.kind === 'number') {
      return this.#made({ kind: 'literal', at, value: numberAsWritten(Number(text), text) });
    }
    if (token.kind === 'string') return this.#made({ kind: 'literal', at, value: text });
    if (token.kind === 'symbol' && text === '(') {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    if (token.kind === 'symbol' && text === '[') {
      return this.#made({ kind: 'list', at, items: this.#deeper(() => this.#listUntil(']')) });
    }
    if (token.kind === 'name') return this.#named(token);
    this.#next -= 1;
    return this.#unexpected('expected a value');
  }

  #named(token: Token): Node {
    const { at, text } = token;
    if (Object.hasOwn(CONSTANTS, text)) {
      return this.#made({ kind: 'literal', at, value: CONSTANTS[text] ?? null });
    }
    if (WORDS.has(text)) {
      this.#next -= 1;
      this.#unexpected('expected a value');
    }
    if (this.#is('(')) return this.#call(token, this.#arguments());
    return this.#made({ kind: 'name', at, name: text });
  }
}

/**
 * Parses the tokens of one pair of braces.
 * @throws TEMPLATE_SYNTAX, TEMPLATE_UNKNOWN_FUNCTION, TEMPLATE_LIMIT
 */
export function parseExpression(text: string, tokens: readonly Token[]): Expression {
  const parser = new Parser(text, tokens);
  const node = parser.whole();
  return { node, raw: parser.raw };
}
