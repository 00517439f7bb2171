import { expect, it } from 'vitest';
import { applyDiff } from './apply-diff.ts';
import { ConsoleSession, hasTerminal, matches, stepsOf } from './console-session.ts';
import { type CodeBlock, codeBlocks } from './markdown.ts';

const PAGE = 'docs/tutorial/first-sweep.md';

/** Does what a block of the tutorial says; gives what came out otherwise than the page says. */
async function follow(block: CodeBlock, session: ConsoleSession): Promise<string[]> {
  const [verb, file = ''] = block.note.split(' ');
  if (verb === 'write') session.write(file, block.text);
  if (verb === 'edit') session.write(file, applyDiff(session.read(file), block.text));
  if (block.language !== 'console') return [];
  const wrong: string[] = [];
  for (const { command, expected } of stepsOf(block.text)) {
    const actual = await session.type(command);
    if (!matches(expected, actual))
      wrong.push(
        [
          `${PAGE}:${block.line} $ ${command}`,
          ...expected.map((line) => `- ${line}`),
          ...actual.map((line) => `+ ${line}`),
        ].join('\n'),
      );
  }
  return wrong;
}

// script(1) of util-linux gives the commands a terminal; the page is about what one sees on it.
it.runIf(hasTerminal)(
  'shows on a terminal what the tutorial says, from its first command to its last',
  async () => {
    using session = new ConsoleSession();
    const wrong: string[] = [];
    for (const block of codeBlocks(PAGE)) wrong.push(...(await follow(block, session)));

    expect(wrong.join('\n\n')).toBe('');
  },
  180_000,
);

it('has commands and changes to follow', () => {
  const blocks = codeBlocks(PAGE);
  const commands = blocks.filter(({ language }) => language === 'console');

  expect(commands.flatMap(({ text }) => stepsOf(text)).length).toBeGreaterThan(30);
  expect(
    blocks
      .filter(({ language }) => language === 'diff')
      .every(({ note }) => note.startsWith('edit ')),
  ).toBe(true);
});

it('tells what a page says from what is printed', () => {
  expect(matches(['run ab3d5f7h took 3.1 s'], ['run zzzzzzz1 took 12 ms'])).toBe(true);
  expect(matches(['a', '…', 'd'], ['a', 'b', 'c', 'd'])).toBe(true);
  expect(matches(['a', '…', 'd'], ['a', 'b', 'c'])).toBe(false);
  expect(matches(['12 tasks'], ['13 tasks'])).toBe(false);
  expect(matches(['one … three'], ['one two three'])).toBe(true);
});
