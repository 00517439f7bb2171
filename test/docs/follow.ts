import { applyDiff } from './apply-diff.ts';
import { ConsoleSession, matches, stepsOf } from './console-session.ts';
import { type CodeBlock, codeBlocks } from './markdown.ts';

/** Does what a block says; gives what came out otherwise than the page says. */
async function followBlock(block: CodeBlock, session: ConsoleSession): Promise<string[]> {
  const [verb, file = ''] = block.note.split(' ');
  if (verb === 'write') session.write(file, block.text);
  if (verb === 'edit') session.write(file, applyDiff(session.read(file), block.text));
  if (block.language !== 'console') return [];
  const wrong: string[] = [];
  for (const { command, expected } of stepsOf(block.text)) {
    const actual = await session.type(command);
    if (matches(expected, actual)) continue;
    const lines = [...expected.map((line) => `- ${line}`), ...actual.map((line) => `+ ${line}`)];
    wrong.push([`${block.page}:${block.line} $ ${command}`, ...lines].join('\n'));
  }
  return wrong;
}

/**
 * Follows a page from its first block to its last, in an empty folder: writes the files under `<!-- write FILE -->`, makes the
 * changes under `<!-- edit FILE -->`, types the commands of `console` blocks. Gives what came out otherwise than the page says.
 */
export async function followPage(page: string): Promise<string> {
  using session = new ConsoleSession();
  const wrong: string[] = [];
  for (const block of codeBlocks(page)) wrong.push(...(await followBlock(block, session)));
  return wrong.join('\n\n');
}
