import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { nameOf, parse, type SyntaxNode, walk } from './syntax.ts';
import { type Finding, listSources, type Report, readText } from './tree.ts';

/** The page on which every error code is explained. */
export const ERROR_PAGE = 'docs/reference/errors.md';

const CODE = /^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$/;

function fieldNames(node: unknown): string[] {
  const fields = (node as SyntaxNode)['properties'];
  if ((node as SyntaxNode).type !== 'ObjectExpression' || !Array.isArray(fields)) return [];
  return fields.map((field: SyntaxNode) => nameOf(field['key']) ?? '');
}

/** `CODE: { retry, hint }`: an entry of an error table, however the table is wrapped. */
function codeOf(node: SyntaxNode): string | undefined {
  const code = node.type === 'Property' ? nameOf(node['key']) : undefined;
  if (code === undefined || !CODE.test(code)) return undefined;
  const names = fieldNames(node['value']);
  return names.includes('retry') && names.includes('hint') ? code : undefined;
}

function codesInTables(root: string): Map<string, string> {
  const tables = listSources(root).filter((file) =>
    /^packages\/[^/]+\/src\/(.*[/-])?errors\.ts$/.test(file),
  );
  return new Map(
    tables.flatMap((file) =>
      [...walk(parse(file, readText(root, file)))].flatMap((node): [string, string][] => {
        const code = codeOf(node);
        return code === undefined ? [] : [[code, file]];
      }),
    ),
  );
}

/** Codes that the page explains: a heading, or the first cell of a table row. */
function codesOnPage(root: string): Set<string> {
  if (!existsSync(join(root, ERROR_PAGE))) return new Set();
  const entries = readText(root, ERROR_PAGE).matchAll(
    /^(?:#+|\|)\s*`?([A-Z][A-Z0-9_]+)`?\s*(?:\||$)/gm,
  );
  return new Set(
    [...entries].flatMap(([, code]) => (code !== undefined && CODE.test(code) ? code : [])),
  );
}

/** Compares the error tables of the packages with the page that explains them, both ways. */
export function checkErrorDocs(root: string): Report {
  const inTables = codesInTables(root);
  const onPage = codesOnPage(root);
  const findings: Finding[] = [
    ...[...inTables]
      .filter(([code]) => !onPage.has(code))
      .map(([code, file]) => ({ file, message: `${code} is not explained in ${ERROR_PAGE}` })),
    ...[...onPage]
      .filter((code) => !inTables.has(code))
      .map((code) => ({ file: ERROR_PAGE, message: `${code} is in no error table` })),
  ];
  return { looked: inTables.size, findings };
}
