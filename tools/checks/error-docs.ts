import { nameOf, parse, type SyntaxNode, walk } from './syntax.ts';
import { type Finding, listFiles, listSources, type Report, readText } from './tree.ts';

/** The page on which every error code is explained. */
export const ERROR_PAGE = 'docs/reference/errors.md';

/** A page that explains one package's codes, where one page for all would be too long. */
const PACKAGE_PAGE = /^docs\/reference\/errors\/[^/]+\.md$/;

const ENTRY = /^(?:#+|\|)\s*`?([A-Z][A-Z0-9_]+)`?\s*(?:\||$)/gm;

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

/** Codes that the pages explain, with the page: a heading, or the first cell of a table row. */
function codesOnPages(root: string): Map<string, string> {
  const pages = listFiles(root).filter((file) => file === ERROR_PAGE || PACKAGE_PAGE.test(file));
  return new Map(
    pages.flatMap((page) =>
      [...readText(root, page).matchAll(ENTRY)].flatMap(([, code]): [string, string][] =>
        code !== undefined && CODE.test(code) ? [[code, page]] : [],
      ),
    ),
  );
}

/** Compares the error tables of the packages with the pages that explain them, both ways. */
export function checkErrorDocs(root: string): Report {
  const inTables = codesInTables(root);
  const onPages = codesOnPages(root);
  const findings: Finding[] = [
    ...[...inTables]
      .filter(([code]) => !onPages.has(code))
      .map(([code, file]) => ({ file, message: `${code} is not explained in ${ERROR_PAGE}` })),
    ...[...onPages]
      .filter(([code]) => !inTables.has(code))
      .map(([code, file]) => ({ file, message: `${code} is in no error table` })),
  ];
  return { looked: inTables.size, findings };
}
