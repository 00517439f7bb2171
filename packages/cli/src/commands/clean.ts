import { rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { findLeftovers, type Leftover } from '../clean/leftovers.ts';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { bytesText, countOf } from '../output/quantity-text.ts';
import { renderTable } from '../output/table.ts';
import { confirm } from '../session/confirm.ts';
import { lookOf } from '../session/look.ts';
import { withHistory } from '../session/open-history.ts';
import { projectFile } from '../session/open-project.ts';

async function agree(context: CommandContext, found: readonly Leftover[]): Promise<boolean> {
  if (context.call.has('yes')) return true;
  const question = `Remove ${countOf(found.length, 'item')}?`;
  return confirm(context, question, { items: found.length });
}

/** `orchestrate clean`. */
export const clean: CommandBody = async (context) => {
  const { call, output, directory } = context;
  const stateDirectory = join(dirname(projectFile(context)), '.orchestrate');
  const runs = await withHistory(context, async (history) => history.runs());
  const [keep, cache] = [call.count('keep') ?? 1, call.has('cache')];
  const found = await findLeftovers({ stateDirectory, runs, keep, cache });
  const bytes = found.reduce((sum, leftover) => sum + leftover.bytes, 0);
  const isDry = call.has('dry-run');

  if (!output.isJson && found.length > 0) {
    const rows = found.map(({ path, what, bytes: size }) => [
      relative(directory, path),
      what,
      bytesText(size),
    ]);
    const columns = [
      { title: 'path', flexible: true },
      { title: 'what' },
      { title: 'size', align: 'right' as const },
    ];
    output.print(...renderTable(columns, rows, { ...lookOf(context), cut: output.signs.cut }));
  }
  const goes = found.length > 0 && !isDry && (await agree(context, found));
  if (goes) {
    for (const { path } of found) await rm(path, { recursive: true, force: true });
  }
  if (output.isJson) output.answer({ removed: goes, bytes, items: found });
  else if (found.length === 0) output.print('there is nothing to remove');
  else if (goes) output.print(`removed ${countOf(found.length, 'item')}, ${bytesText(bytes)}`);
  else output.print(`${isDry ? 'would remove' : 'removed nothing of'} ${bytesText(bytes)}`);
  return EXIT.succeeded;
};
