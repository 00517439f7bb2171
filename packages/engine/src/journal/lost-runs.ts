import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runError } from '../run-errors.ts';
import type { Journal } from './journal.ts';
import { STATE_FOLDER } from './state-folder.ts';

/**
 * A run is entered in the journal before anything of it starts, and its logs come later: logs of a run that the journal does
 * not know mean that the journal was lost, as when its `-wal` file is. Going on would do finished work again.
 * @throws JOURNAL_CORRUPT
 */
export function refuseLostRuns(journal: Journal, projectDirectory: string): void {
  const folder = join(projectDirectory, STATE_FOLDER, 'runs');
  if (!existsSync(folder)) return;
  const known = new Set<string>(journal.reader.runs().map(({ id }) => id));
  const lost = readdirSync(folder).filter(
    (name) => !known.has(name) && existsSync(join(folder, name, 'logs')),
  );
  const [first] = lost;
  if (first === undefined) return;
  throw runError(
    'JOURNAL_CORRUPT',
    `The journal ${journal.file} knows nothing of run ${first}, whose logs are in ${join(folder, first)}: it was lost or put back from an earlier time. To begin anew without it, move that folder away`,
    { details: { file: journal.file, runs: lost.slice(0, 20) } },
  );
}
