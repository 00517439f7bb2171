import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { errorIndex, explainedCodes } from './error-index.ts';
import { withSection } from './readme-section.ts';

const PAGES = join(import.meta.dirname, '..', '..', 'docs', 'reference', 'errors');

it('finds every error code explained once', () => {
  const codes = explainedCodes(PAGES).map(({ code }) => code);

  expect(codes.length).toBeGreaterThan(60);
  expect(codes.filter((code, position) => codes.indexOf(code) !== position)).toEqual([]);
});

it('lists codes from headings and from tables, in order, with their first sentence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'error-index-'));
  try {
    writeFileSync(join(folder, 'one.md'), '# One\n\n## Z_LAST\nIt is\nbroken. Mend it.\n');
    writeFileSync(
      join(folder, 'two.md'),
      '| code | |\n| --- | --- |\n| `A_FIRST` | It is gone. |\n',
    );

    const rows = errorIndex(folder)
      .split('\n')
      .filter((line) => line.startsWith('| ['));
    expect(rows).toEqual([
      '| [A_FIRST](errors/two.md) | It is gone. |',
      '| [Z_LAST](errors/one.md#z_last) | It is broken. |',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

it('replaces only what stands between the markers of a page', () => {
  const page = 'before\n<!-- options -->\nold\n<!-- /options -->\nafter\n';

  const fresh = withSection(page, 'options', 'new\n');
  expect(fresh).toBe('before\n<!-- options -->\n\nnew\n\n<!-- /options -->\nafter\n');
  expect(withSection(fresh, 'options', 'new')).toBe(fresh);
  expect(() => withSection('no markers', 'options', 'new')).toThrow('expected <!-- options -->');
});
