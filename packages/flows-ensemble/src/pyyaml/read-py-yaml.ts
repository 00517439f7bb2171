import { Composer, type CST, type Document, Lexer, Parser } from 'yaml';
import type { PyDocument } from './document.ts';
import { NodeBuilder } from './node-builder.ts';
import { Problems } from './problem.ts';

const MOST_CHARACTERS = 16 * 1024 * 1024;
const MOST_LEVELS = 100;
const MOST_LEXEMES = 2_000_000;
const MOST_SYNTAX_ERRORS = 20;

/** libyaml does not mind; YAML itself does. */
const INDENT = 'indent lines within brackets and quotes more than the key they belong to';

/**
 * What PyYAML's reader refuses, and the line breaks that only YAML 1.1 knows (U+0085, U+2028, U+2029): a parser of YAML 1.2 would
 * take them for text.
 */
const UNREADABLE = /[^\t\n\r\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

/**
 * Reads one YAML 1.1 document as PyYAML's `SafeLoader` does, up to version 6.0.3. A little stricter: lines within
 * brackets and quotes must be indented, and a comment must not touch a quote. Never throws for what a file holds: what is
 * wrong goes to `problems`, and so does, as a warning, what is read otherwise than most people expect.
 */
export function readPyYaml(text: string, file: string): PyDocument {
  const problems = new Problems(file, text);
  const contents = isReadable(text, problems) ? composed(text, problems) : undefined;
  if (contents === undefined || contents === null) return { root: undefined, problems };
  const root = new NodeBuilder(problems).build(contents, []);
  return { root: problems.errors > 0 ? undefined : root, problems };
}

function isReadable(text: string, problems: Problems): boolean {
  const complain = (offset: number, kind: string, message: string): false => {
    problems.error({ offset, path: [] }, { kind, message });
    return false;
  };
  if (text.length > MOST_CHARACTERS) {
    return complain(0, 'too-large', `the file has more than ${MOST_CHARACTERS} characters`);
  }
  const unreadable = UNREADABLE.exec(text);
  if (unreadable === null) return true;
  const code = unreadable[0].codePointAt(0) ?? 0;
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  return complain(unreadable.index, 'unreadable-character', `the character ${name} is not allowed`);
}

function composed(text: string, problems: Problems): Document.Parsed['contents'] | undefined {
  const tokens = parsed(text, problems);
  if (tokens === undefined) return undefined;
  const [document, second] = new Composer({
    version: '1.1',
    schema: 'failsafe',
    merge: false,
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
    prettyErrors: false,
  }).compose(tokens, true, text.length);
  if (document === undefined) return undefined;
  for (const error of document.errors.slice(0, MOST_SYNTAX_ERRORS)) {
    const offset = Math.min(error.pos[0], Math.max(0, text.trimEnd().length - 1));
    const reason = error.message.replace(/ at line \d+, column \d+:?$/, '');
    const message = `this is not valid YAML: ${reason}`;
    const hint = reason.includes('sufficiently indented') ? { hint: INDENT } : {};
    problems.error({ offset, path: [] }, { kind: 'yaml-syntax', message, ...hint });
  }
  if (second !== undefined) {
    problems.error(
      { offset: second.range[0], path: [] },
      { kind: 'second-document', message: 'a second document begins here', hint: 'keep one' },
    );
  }
  return problems.errors > 0 ? undefined : document.contents;
}

function parsed(text: string, problems: Problems): readonly CST.Token[] | undefined {
  const parser = new Parser();
  const tokens: CST.Token[] = [];
  let lexemes = 0;
  for (const lexeme of new Lexer().lex(text)) {
    lexemes += 1;
    if (lexemes > MOST_LEXEMES) {
      const message = `the file holds more than ${MOST_LEXEMES / 4} values`;
      problems.error({ offset: 0, path: [] }, { kind: 'too-large', message });
      return undefined;
    }
    tokens.push(...parser.next(lexeme));
  }
  tokens.push(...parser.end());
  const deep = firstTooDeep(tokens);
  if (deep === undefined) return tokens;
  const message = `is nested more than ${MOST_LEVELS} levels deep`;
  problems.error({ offset: deep, path: [] }, { kind: 'too-deep', message });
  return undefined;
}

/** Level by level, without recursion: this guards the recursion of the composer and of the builder. */
function firstTooDeep(tokens: readonly CST.Token[]): number | undefined {
  let level = tokens.flatMap((token) =>
    token.type === 'document' && token.value !== undefined ? [token.value] : [],
  );
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_LEVELS) return level[0]?.offset;
    level = level.flatMap((token) => ('items' in token ? token.items.flatMap(inside) : []));
  }
  return undefined;
}

function inside(item: CST.CollectionItem): CST.Token[] {
  return [item.key, item.value].filter((token) => token !== null && token !== undefined);
}
