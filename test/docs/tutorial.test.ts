import { describe, expect, it } from 'vitest';
import { hasTerminal, matches, stepsOf } from './console-session.ts';
import { followPage } from './follow.ts';
import { allPages, codeBlocks, serversOf } from './markdown.ts';

const TUTORIAL = 'docs/tutorial/first-sweep.md';

const isConsole = ({ language }: { readonly language: string }): boolean => language === 'console';

const pages = allPages().filter(
  (page) => codeBlocks(page).some(isConsole) && serversOf(page).length === 0,
);

// script(1) of util-linux gives the commands a terminal; the pages are about what one sees on it.
describe.runIf(hasTerminal)('the console blocks of', () => {
  it.each(pages)(
    '%s show what a terminal shows',
    async (page) => {
      expect(await followPage(page)).toBe('');
    },
    180_000,
  );
});

describe('pages that are followed', () => {
  it('are the tutorial and most how-to pages', () => {
    const steps = codeBlocks(TUTORIAL)
      .filter(isConsole)
      .flatMap(({ text }) => stepsOf(text));

    expect(steps.length).toBeGreaterThan(30);
    expect(pages.filter((page) => page.startsWith('docs/how-to/')).length).toBeGreaterThan(8);
  });

  it('have no change that nobody makes', () => {
    const diffs = codeBlocks(TUTORIAL).filter(({ language }) => language === 'diff');

    expect(diffs.length).toBeGreaterThan(0);
    expect(diffs.filter(({ note }) => !note.startsWith('edit '))).toEqual([]);
  });

  it('are told from what is printed', () => {
    expect(matches(['run ab3d5f7h took 3.1 s'], ['run zzzzzzz1 took 12 ms'])).toBe(true);
    expect(matches(['a', '…', 'd'], ['a', 'b', 'c', 'd'])).toBe(true);
    expect(matches(['a', '…', 'd'], ['a', 'b', 'c'])).toBe(false);
    expect(matches(['12 tasks'], ['13 tasks'])).toBe(false);
    expect(matches(['one … three'], ['one two three'])).toBe(true);
    expect(matches(['one … three'], ['one two'])).toBe(false);
  });
});
