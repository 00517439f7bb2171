import {
  Composer,
  type CST,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  type Pair,
  type ParsedNode,
  Parser,
  type Scalar,
} from 'yaml';
import type { ProblemList } from './problem-list.ts';
import type { Source } from './source.ts';
import type { Entry, Node, Path } from './tree.ts';
import { differingReadings } from './yaml-readings.ts';
import { explainSyntax } from './yaml-words.ts';

/** Limits of one file; beyond them it is an error with its place, never a wait. */
const MAX_DEPTH = 100;
const MAX_LEXEMES = 2_000_000;
const MAX_SYNTAX_ERRORS = 20;
/** What aliases may add to a file, in characters: a bomb of a few lines would need gigabytes. */
const MAX_ALIASED = 32 * 1024 * 1024;

const BOMB = 'aliases (`*name`) blow the file up to an unreasonable size';

/** Reads YAML 1.2 strictly into a located tree. Answers `undefined` when the text is no YAML, or is empty. */
export function readYaml(source: Source, problems: ProblemList, at: Path = []): Node | undefined {
  const before = problems.errors;
  const spot = (offset: number) => ({ source, offset });
  const document = composed(source, problems, at);
  if (document === undefined || problems.errors > before) return undefined;
  for (const error of document.errors.slice(0, MAX_SYNTAX_ERRORS)) {
    const { message, hint } = explainSyntax(error);
    problems.error(spot(visible(source.text, error.pos[0])), at, message, hint);
  }
  if (document.errors.length > 0) return undefined;
  if (document.directives.yaml.explicit === true && document.directives.yaml.version !== '1.2') {
    problems.warning(spot(0), at, 'the %YAML directive has no effect: files are read as YAML 1.2');
  }
  if (document.contents === null) return undefined;
  return new TreeBuilder(source, problems).build(document.contents, at);
}

/** What is missing at the end of a file is shown at the last thing in it. */
function visible(text: string, offset: number): number {
  return offset < text.length ? offset : Math.max(0, text.trimEnd().length - 1);
}

function composed(source: Source, problems: ProblemList, at: Path): Document.Parsed | undefined {
  const tokens: CST.Token[] = [];
  const parser = new Parser();
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(source.text)) {
    lexemes += 1;
    if (lexemes > MAX_LEXEMES) {
      problems.error({ source, offset: 0 }, at, `holds more than ${MAX_LEXEMES / 4} values`, LARGE);
      return undefined;
    }
    for (const token of parser.next(lexeme)) tokens.push(token);
  }
  tokens.push(...parser.end());
  const deep = tooDeep(tokens);
  if (deep !== undefined) {
    const spot = { source, offset: deep };
    problems.error(
      spot,
      at,
      `is nested more than ${MAX_DEPTH} levels deep`,
      'is a bracket or a quote missing?',
    );
    return undefined;
  }
  return oneDocument(source, tokens, problems, at);
}

const ONE_DOCUMENT = 'keep one document per file, without a second `---`';
const LARGE = 'keep long tables of parameters in a CSV or JSON file';

function oneDocument(
  source: Source,
  tokens: readonly CST.Token[],
  problems: ProblemList,
  at: Path,
): Document.Parsed | undefined {
  const options = {
    version: '1.2',
    schema: 'core',
    merge: false,
    resolveKnownTags: false,
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
    prettyErrors: false,
  } as const;
  let first: Document.Parsed | undefined;
  for (const document of new Composer(options).compose(tokens, true, source.text.length)) {
    if (first !== undefined) {
      const spot = { source, offset: document.range[0] };
      problems.error(spot, at, 'a second document begins here', ONE_DOCUMENT);
      break;
    }
    first = document;
  }
  return first;
}

/** Offset of the first token below the deepest level allowed. Without recursion: this is what guards the recursion of others. */
function tooDeep(tokens: readonly CST.Token[]): number | undefined {
  const open: [token: CST.Token, depth: number][] = tokens.map((token) => [token, 0]);
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [token, depth] = next;
    if (depth > MAX_DEPTH) return token.offset;
    if (token.type === 'document' && token.value !== undefined) open.push([token.value, depth]);
    if (!('items' in token)) continue;
    for (const item of token.items) {
      if (isBranch(item.key)) open.push([item.key, depth + 1]);
      if (isBranch(item.value)) open.push([item.value, depth + 1]);
    }
  }
  return undefined;
}

function isBranch(token: CST.Token | null | undefined): token is CST.Token {
  return token !== null && token !== undefined && 'items' in token;
}

interface Anchored {
  readonly node: Node;
  readonly weight: number;
}

/** Turns the nodes of `yaml` into ours, refusing what a project file has no use for. */
class TreeBuilder {
  readonly #source: Source;
  readonly #problems: ProblemList;
  readonly #anchors = new Map<string, Anchored | 'open'>();
  readonly #doubtful = new Set<string>();
  #weight = 0;
  #aliased = 0;

  constructor(source: Source, problems: ProblemList) {
    this.#source = source;
    this.#problems = problems;
  }

  build(node: ParsedNode, path: Path): Node {
    const offset = node.range[0];
    if (node.tag !== undefined && !isAlias(node)) {
      this.#error(
        offset,
        path,
        `tags are not supported: ${tagText(node.tag)}`,
        'leave the tag away; quote a text that must stay one',
      );
    }
    if (isAlias(node)) return this.#alias(node.source, offset, path);
    const anchor = node.anchor;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    const before = this.#weight;
    const built = this.#own(node, path, offset);
    if (anchor !== undefined)
      this.#anchors.set(anchor, { node: built, weight: this.#weight - before });
    return built;
  }

  #own(
    node: Exclude<ParsedNode, { source: string; value?: never }>,
    path: Path,
    offset: number,
  ): Node {
    const at = { source: this.#source, offset };
    this.#weight += 16;
    if (isScalar(node)) return this.#scalar(node, path, offset);
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.build(item as ParsedNode, [...path, index]),
      );
      return { kind: 'list', at, items };
    }
    if (isMap(node)) return { kind: 'map', at, entries: this.#entries(node.items, path) };
    return { kind: 'scalar', at, value: null };
  }

  #scalar(node: Scalar, path: Path, offset: number): Node {
    const at = { source: this.#source, offset };
    const text = node.source ?? '';
    const value = plainValue(node.value);
    this.#weight += text.length;
    if (typeof value === 'string' && value.includes('\0')) {
      this.#error(offset, path, 'a text may not hold a NUL character');
    }
    if (node.type === 'PLAIN') this.#warnOfReadings(text, value, path, offset);
    if (typeof value !== 'number' || String(value) === text) return { kind: 'scalar', at, value };
    return { kind: 'scalar', at, value, written: text };
  }

  #warnOfReadings(
    text: string,
    value: string | number | boolean | null,
    path: Path,
    offset: number,
  ): void {
    const readings = differingReadings(text, value);
    // Once for each text: a table of a thousand dates needs saying so once.
    if (readings === undefined || this.#doubtful.has(text)) return;
    this.#doubtful.add(text);
    const hint =
      typeof value === 'number'
        ? `write ${value}, or quote it`
        : `quote it if text is meant: "${text}"`;
    this.#problems.warning(
      { source: this.#source, offset },
      path,
      `\`${text}\` is read as ${readings.now}; YAML 1.1 tools read ${readings.old}`,
      hint,
    );
  }

  #entries(pairs: readonly Pair[], path: Path): ReadonlyMap<string, Entry> {
    const entries = new Map<string, Entry>();
    for (const pair of pairs) {
      const key = this.#key(pair.key as ParsedNode | null, path);
      if (key === undefined) continue;
      const inner = [...path, key.text];
      const keyAt = { source: this.#source, offset: key.offset };
      const earlier = entries.get(key.text);
      if (earlier !== undefined) {
        const { line } = this.#source.position(earlier.keyAt.offset);
        this.#error(
          key.offset,
          inner,
          `this key is already in line ${line}`,
          'keep one of the two',
        );
      }
      const value = pair.value as ParsedNode | null;
      const node: Node =
        value === null ? { kind: 'scalar', at: keyAt, value: null } : this.build(value, inner);
      entries.set(key.text, { keyAt, node });
    }
    return entries;
  }

  #key(node: ParsedNode | null, path: Path): { text: string; offset: number } | undefined {
    const offset = node?.range[0] ?? 0;
    if (node === null || !isScalar(node)) {
      this.#error(
        offset,
        path,
        'a key must be a text',
        'write `key: value`, with quotes around anything unusual',
      );
      return undefined;
    }
    const text = node.type === 'PLAIN' ? (node.source ?? '') : String(node.value);
    this.#weight += text.length;
    const complaint = keyComplaint(node, text);
    if (complaint === undefined) return { text, offset };
    this.#error(offset, path, ...complaint);
    return undefined;
  }

  #alias(name: string, offset: number, path: Path): Node {
    const nothing: Node = { kind: 'scalar', at: { source: this.#source, offset }, value: null };
    const target = this.#anchors.get(name);
    if (target === undefined || target === 'open') {
      const message =
        target === undefined ? `there is no \`&${name}\` above` : `\`*${name}\` would hold itself`;
      this.#error(offset, path, message);
      return nothing;
    }
    const before = this.#aliased;
    this.#weight += target.weight;
    this.#aliased += target.weight;
    if (this.#aliased <= MAX_ALIASED) return target.node;
    if (before <= MAX_ALIASED) this.#error(offset, path, BOMB);
    return nothing;
  }

  #error(offset: number, path: Path, message: string, hint?: string): void {
    this.#problems.error({ source: this.#source, offset }, path, message, hint);
  }
}

function keyComplaint(node: Scalar, text: string): [message: string, hint?: string] | undefined {
  if (node.tag !== undefined || node.anchor !== undefined)
    return ['a key may have no tag and no anchor'];
  if (text === '') return ['a key is empty', 'write `key: value`'];
  if (text === '__proto__') return ['`__proto__` may not be used as a key'];
  if (text.includes('\0')) return ['a key may not hold a NUL character'];
  if (text === '<<' && node.type === 'PLAIN') {
    return [
      'merge keys (`<<`) are not supported',
      'use a profile, `include`, or an alias for the whole value',
    ];
  }
  return undefined;
}

function plainValue(value: unknown): string | number | boolean | null {
  const kinds = ['string', 'number', 'boolean'];
  return kinds.includes(typeof value) ? (value as string | number | boolean) : null;
}

function tagText(tag: string): string {
  return tag.replace(/^tag:yaml\.org,2002:/, '!!').slice(0, 60);
}
