import { ExpressionParser } from './expression-parser.ts';
import { Lexer } from './lexer.ts';
import type { Branch, Expression, MacroSignature, Statement, Target } from './syntax-tree.ts';
import { parseTarget } from './target.ts';
import { TemplateProblem } from './template-error.ts';
import { TokenStream } from './token-stream.ts';

const KNOWN_TAGS: ReadonlySet<string> = new Set([
  'for',
  'if',
  'block',
  'print',
  'macro',
  'set',
  'with',
  'autoescape',
  'call',
  'filter',
]);

/** Tags that need other template files. */
const OTHER_FILES: ReadonlySet<string> = new Set(['extends', 'include', 'import', 'from']);

/** Reads a template into statements. */
class Parser {
  readonly #stream: TokenStream;
  readonly #expressions: ExpressionParser;
  readonly #tags: string[] = [];
  readonly #ends: (readonly string[])[] = [];

  constructor(source: string) {
    this.#stream = new TokenStream(new Lexer(source).tokens());
    this.#expressions = new ExpressionParser(this.#stream);
  }

  template(): readonly Statement[] {
    return this.#statements([]);
  }

  #fail(message: string, line = this.#stream.current.line): never {
    throw new TemplateProblem(message, line);
  }

  /** Statements up to a tag of `ends`, which is left for the caller. */
  #statements(ends: readonly string[]): readonly Statement[] {
    const body: Statement[] = [];
    if (ends.length > 0) this.#ends.push(ends);
    for (;;) {
      const { type, value, line } = this.#stream.current;
      if (type === 'eof') break;
      this.#stream.next();
      if (type === 'data') body.push({ kind: 'data', line, text: value });
      else if (type === 'variable_begin') {
        body.push({ kind: 'print', line, value: this.#expressions.tuple() });
        this.#stream.expect('variable_end');
      } else {
        if (this.#stream.isName(...ends)) break;
        body.push(...this.#statement());
        this.#stream.expect('block_end');
      }
    }
    if (ends.length > 0) {
      if (this.#stream.current.type === 'eof') this.#unclosed(undefined);
      this.#ends.pop();
    }
    return body;
  }

  /** The body of a tag, behind its `%}`. */
  #body(...ends: readonly string[]): readonly Statement[] {
    this.#stream.skipOperator(':');
    this.#stream.expect('block_end');
    return this.#statements(ends);
  }

  /** The body up to its end tag, which is passed over. */
  #closedBody(end: string): readonly Statement[] {
    const body = this.#body(end);
    this.#stream.next();
    return body;
  }

  #unclosed(tag: string | undefined): never {
    const looking = this.#ends
      .at(-1)
      ?.map((end) => `'${end}'`)
      .join(' or ');
    const parts = [
      tag === undefined ? 'Unexpected end of template.' : `Encountered unknown tag '${tag}'.`,
    ];
    if (looking !== undefined)
      parts.push(
        tag !== undefined && this.#ends.flat().includes(tag)
          ? `Perhaps tags are nested wrongly: expected here ${looking}.`
          : `Expected one of these tags: ${looking}.`,
      );
    const inner = this.#tags.at(-1);
    if (inner !== undefined) parts.push(`The innermost block that is not closed is '${inner}'.`);
    return this.#fail(parts.join(' '));
  }

  #statement(): readonly Statement[] {
    const { type, value: tag, line } = this.#stream.current;
    if (type !== 'name') this.#fail('tag name expected');
    if (OTHER_FILES.has(tag))
      throw new TemplateProblem(
        `'${tag}' needs other template files, and a template here is a single file`,
        line,
        'Unsupported',
      );
    if (!KNOWN_TAGS.has(tag)) this.#unclosed(tag);
    this.#stream.next();
    this.#tags.push(tag);
    const statements = tag === 'print' ? this.#print(line) : [this.#tag(tag, line)];
    this.#tags.pop();
    return statements;
  }

  #tag(tag: string, line: number): Statement {
    switch (tag) {
      case 'for':
        return this.#for(line);
      case 'if':
        return this.#if(line);
      case 'set':
        return this.#set(line);
      case 'with':
        return this.#with(line);
      case 'macro':
        return this.#macro(line);
      case 'call':
        return this.#callBlock(line);
      case 'filter':
        return this.#filterBlock(line);
      case 'block':
        return this.#block(line);
      default: {
        const on = this.#expressions.expression();
        return { kind: 'autoescape', line, on, body: this.#closedBody('endautoescape') };
      }
    }
  }

  #print(line: number): readonly Statement[] {
    const values: Expression[] = [];
    while (this.#stream.current.type !== 'block_end') {
      if (values.length > 0) this.#stream.expectOperator(',');
      values.push(this.#expressions.expression());
    }
    return values.map((value) => ({ kind: 'print', line, value }));
  }

  #for(line: number): Statement {
    const target = parseTarget(this.#expressions, { end: 'in' });
    this.#stream.expectName('in');
    const of = this.#expressions.tuple({ conditional: false, end: 'recursive' });
    const test = this.#stream.skipName('if') ? this.#expressions.expression() : undefined;
    const recursive = this.#stream.skipName('recursive');
    const body = this.#body('endfor', 'else');
    const otherwise = this.#stream.next().value === 'endfor' ? [] : this.#closedBody('endfor');
    return { kind: 'for', line, target, of, test, recursive, body, otherwise };
  }

  #if(line: number): Statement {
    const branches: Branch[] = [];
    let otherwise: readonly Statement[] = [];
    let at = line;
    for (;;) {
      const test = this.#expressions.tuple({ conditional: false });
      branches.push({ line: at, test, body: this.#body('elif', 'else', 'endif') });
      const end = this.#stream.next();
      at = end.line;
      if (end.value === 'elif') continue;
      if (end.value === 'else') otherwise = this.#closedBody('endif');
      return { kind: 'if', line, branches, otherwise };
    }
  }

  #set(line: number): Statement {
    const target = parseTarget(this.#expressions, { namespace: true });
    if (this.#stream.skipOperator('='))
      return { kind: 'set', line, target, value: this.#expressions.tuple() };
    const filter = this.#expressions.blockFilters(false);
    return { kind: 'set-block', line, target, filter, body: this.#closedBody('endset') };
  }

  #with(line: number): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (this.#stream.current.type !== 'block_end') {
      if (targets.length > 0) this.#stream.expectOperator(',');
      targets.push(parseTarget(this.#expressions, {}));
      this.#stream.expectOperator('=');
      values.push(this.#expressions.expression());
    }
    return { kind: 'with', line, targets, values, body: this.#closedBody('endwith') };
  }

  #name(): string {
    const { value, line } = this.#stream.expect('name');
    if (['true', 'false', 'none', 'True', 'False', 'None'].includes(value))
      this.#fail(`can't assign to '${value}'`, line);
    return value;
  }

  #signature(): MacroSignature {
    const parameters: string[] = [];
    const defaults: Expression[] = [];
    this.#stream.expectOperator('(');
    while (!this.#stream.isOperator(')')) {
      if (parameters.length > 0) this.#stream.expectOperator(',');
      parameters.push(this.#name());
      if (this.#stream.skipOperator('=')) defaults.push(this.#expressions.expression());
      else if (defaults.length > 0) this.#fail('non-default argument follows default argument');
    }
    this.#stream.expectOperator(')');
    return { parameters, defaults };
  }

  #macro(line: number): Statement {
    const name = this.#name();
    const signature = this.#signature();
    return { kind: 'macro', line, name, signature, body: this.#closedBody('endmacro') };
  }

  #callBlock(line: number): Statement {
    const signature = this.#stream.isOperator('(')
      ? this.#signature()
      : { parameters: [], defaults: [] };
    const call = this.#expressions.expression();
    if (call.kind !== 'call') return this.#fail('expected call', line);
    return { kind: 'call-block', line, call, signature, body: this.#closedBody('endcall') };
  }

  #filterBlock(line: number): Statement {
    const filter = this.#expressions.blockFilters(true);
    if (filter === undefined) return this.#fail('expected a filter', line);
    return { kind: 'filter-block', line, filter, body: this.#closedBody('endfilter') };
  }

  #block(line: number): Statement {
    const { value: name } = this.#stream.expect('name');
    const scoped = this.#stream.skipName('scoped');
    const required = this.#stream.skipName('required');
    if (this.#stream.isOperator('-'))
      this.#fail('a block name must be an identifier: use an underscore, not a hyphen');
    const body = this.#closedBody('endblock');
    if (required && !body.every((part) => part.kind === 'data' && part.text.trim() === ''))
      this.#fail('Required blocks can only contain comments or whitespace');
    this.#stream.skipName(name);
    return { kind: 'block', line, name, scoped, required, body };
  }
}

/** Reads a template; throws a {@link TemplateProblem} at the first thing that is wrong. */
export function parseTemplate(source: string): readonly Statement[] {
  return new Parser(source).template();
}
