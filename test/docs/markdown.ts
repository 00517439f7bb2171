import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

/** The folder of the repository. */
export const repository = resolve(import.meta.dirname, '..', '..');

/** A fenced block of a page. */
export interface CodeBlock {
  /** Path of the page in the repository. */
  readonly page: string;
  /** Line of the opening fence, counted from 1. */
  readonly line: number;
  /** First word after the fence. */
  readonly language: string;
  /** What an HTML comment on the line before says; readers do not see it. */
  readonly note: string;
  readonly text: string;
}

/** A link of a page. */
export interface Link {
  readonly page: string;
  readonly line: number;
  readonly target: string;
}

const SKIPPED = new Set([
  'node_modules',
  'dist',
  'out-test',
  'out-tsc',
  '.git',
  '.nx',
  '.orchestrate',
]);

function markdownBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry): string[] => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : markdownBelow(path);
    return entry.name.endsWith('.md') ? [relative(repository, path)] : [];
  });
}

/** Every Markdown page of the repository, by path. */
export function allPages(): string[] {
  return markdownBelow(repository).sort();
}

/** The text of a page. */
export function readPage(page: string): string {
  return readFileSync(join(repository, page), 'utf8');
}

/** The fenced blocks of a page, in order. */
export function codeBlocks(page: string, text = readPage(page)): CodeBlock[] {
  const lines = text.split('\n');
  const blocks: CodeBlock[] = [];
  let open: { line: number; language: string; note: string } | undefined;
  for (const [index, content] of lines.entries()) {
    const fence = /^```(\w*)/.exec(content);
    if (fence === null) continue;
    if (open === undefined) {
      const note = /^<!-- (.*) -->$/.exec(lines[index - 1] ?? '')?.[1] ?? '';
      open = { line: index + 1, language: fence[1] ?? '', note };
    } else {
      blocks.push({ page, ...open, text: `${lines.slice(open.line, index).join('\n')}\n` });
      open = undefined;
    }
  }
  return blocks;
}

/** The page with fenced blocks and code spans blanked, line by line. */
function proseLines(text: string): string[] {
  let inCode = false;
  return text.split('\n').map((line) => {
    if (line.startsWith('```')) {
      inCode = !inCode;
      return '';
    }
    return inCode ? '' : line.replaceAll(/`[^`]*`/g, '');
  });
}

/** Links of a page to other pages, files and headings; those that leave the repository are not among them. */
export function internalLinks(page: string): Link[] {
  return proseLines(readPage(page)).flatMap((content, index) =>
    [...content.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']): Link[] =>
      /^[a-z]+:/.test(target) ? [] : [{ page, line: index + 1, target }],
    ),
  );
}

/** The anchors of a page's headings, as they are made where Markdown is shown. */
export function anchors(page: string): Set<string> {
  let inCode = false;
  const headings = readPage(page)
    .split('\n')
    .filter((line) => {
      if (line.startsWith('```')) inCode = !inCode;
      return !inCode && /^#+ /.test(line);
    });
  return new Set(
    headings.map((heading) =>
      heading
        .replace(/^#+ /, '')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  );
}

/** Servers that a page needs to be followed, as its first line says: `<!-- needs: slurm -->`. */
export function serversOf(page: string): string[] {
  const names = /^<!-- needs: (.*) -->/.exec(readPage(page))?.[1];
  return names === undefined ? [] : names.split(/,\s*/);
}
