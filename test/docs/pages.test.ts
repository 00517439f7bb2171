import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConsoleSession } from './console-session.ts';
import { allPages, anchors, internalLinks, type Link, readPage, repository } from './markdown.ts';

function isBroken({ page, target }: Link): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : normalize(join(dirname(page), path));
  const absolute = join(repository, file);
  if (!existsSync(absolute)) return true;
  if (anchor === undefined) return false;
  return statSync(absolute).isDirectory() || !anchors(file).has(anchor);
}

describe('links between pages', () => {
  const links = allPages().flatMap((page) => internalLinks(page));

  it('are found', () => {
    expect(links.length).toBeGreaterThan(50);
  });

  it('lead to files and headings that are there', () => {
    const broken = links
      .filter(isBroken)
      .map(({ page, line, target }) => `${page}:${line} ${target}`);

    expect(broken).toEqual([]);
  });

  it('are broken when the file or the heading is missing', () => {
    const link = { page: 'README.md', line: 1 };

    expect(isBroken({ ...link, target: 'docs/nothing.md' })).toBe(true);
    expect(isBroken({ ...link, target: 'docs/README.md#nothing' })).toBe(true);
    expect(isBroken({ ...link, target: 'docs/README.md#how-to' })).toBe(false);
  });

  it('reach every page of docs/ from its index', () => {
    const index = new Set(internalLinks('docs/README.md').map(({ target }) => `docs/${target}`));
    const pages = allPages().filter((page) => /^docs\/[\w-]+\/[^/]+\.md$/.test(page));

    expect(pages.filter((page) => !index.has(page))).toEqual([]);
  });
});

describe('the reference of the command line', () => {
  const page = readPage('docs/reference/cli.md');
  const documented = [...page.matchAll(/^## orchestrate (\w+)$/gm)].map(([, name = '']) => name);

  it('has the commands that --help lists, and no others', async () => {
    using session = new ConsoleSession();
    const help = await session.output('orchestrate', '--help');
    const listed = [...help.matchAll(/^ {2}([a-z][a-z0-9]*)(?: +[A-Z[]\S*)? {2,}\S/gm)].map(
      ([, name = '']) => name,
    );

    expect(documented.length).toBeGreaterThan(10);
    expect(listed.sort()).toEqual([...documented].sort());
  });

  it.each(documented)('has every option of %s', async (command) => {
    using session = new ConsoleSession();
    const help = await session.output('orchestrate', command, '--help');
    const options = [...help.matchAll(/--([a-z][a-z-]+)/g)].map(([option]) => option);

    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((option) => !page.includes(option))).toEqual([]);
  });
});
