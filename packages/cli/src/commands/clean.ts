import { rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type FarLeftover, FarLeftovers } from '../clean/far-leftovers.ts';
import { findLeftovers, type Leftover } from '../clean/leftovers.ts';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { bytesText, countOf } from '../output/quantity-text.ts';
import { renderTable } from '../output/table.ts';
import { confirm } from '../session/confirm.ts';
import { lookOf } from '../session/look.ts';
import { withHistory } from '../session/open-history.ts';
import { projectFile } from '../session/open-project.ts';

async function agree(context: CommandContext, count: number): Promise<boolean> {
  if (context.call.has('yes')) return true;
  return confirm(context, `Remove ${countOf(count, 'item')}?`, { items: count });
}

function show(
  context: CommandContext,
  found: readonly Leftover[],
  far: readonly FarLeftover[],
): void {
  const { output, directory } = context;
  const rows = [
    ...found.map(({ path, what, bytes }) => [relative(directory, path), what, bytesText(bytes)]),
    ...far.map(({ backend, run, what }) => [
      what,
      run === undefined ? `left on ${backend}` : `left by run ${run} on ${backend}`,
      '',
    ]),
  ];
  const columns = [
    { title: 'path', flexible: true },
    { title: 'what' },
    { title: 'size', align: 'right' as const },
  ];
  output.print(...renderTable(columns, rows, { ...lookOf(context), cut: output.signs.cut }));
}

/** `orchestrate clean`. */
export const clean: CommandBody = async (context) => {
  const { call, output } = context;
  const stateDirectory = join(dirname(projectFile(context)), '.orchestrate');
  const runs = await withHistory(context, async (history) => history.runs());
  const [keep, cache] = [call.count('keep') ?? 1, call.has('cache')];
  const found = await findLeftovers({ stateDirectory, runs, keep, cache });
  const over = runs.filter(({ state }) => state !== 'running' && state !== 'unfinished');
  await using cluster = await FarLeftovers.open(context, new Set(over.map(({ run }) => run)));
  const far = (await cluster?.find()) ?? [];
  const bytes = found.reduce((sum, leftover) => sum + leftover.bytes, 0);
  const count = found.length + far.length;
  const isDry = call.has('dry-run');

  if (!output.isJson && count > 0) show(context, found, far);
  const goes = count > 0 && !isDry && (await agree(context, count));
  if (goes) {
    for (const { path } of found) await rm(path, { recursive: true, force: true });
    if (far.length > 0) await cluster?.remove();
  }
  if (output.isJson) output.answer({ removed: goes, bytes, items: found, far });
  else output.print(outcomeLine({ count, bytes, goes, isDry }));
  return EXIT.succeeded;
};

function outcomeLine(how: {
  readonly count: number;
  readonly bytes: number;
  readonly goes: boolean;
  readonly isDry: boolean;
}): string {
  if (how.count === 0) return 'there is nothing to remove';
  if (how.goes) return `removed ${countOf(how.count, 'item')}, ${bytesText(how.bytes)}`;
  return `${how.isDry ? 'would remove' : 'removed nothing of'} ${bytesText(how.bytes)}`;
}
