import { createReadStream, existsSync, renameSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import type { References } from '../project/references.ts';

/** Takes the values of secrets out of a log that is finished: rewritten aside, then put in its place. */
export async function scrubLog(path: string, references: References): Promise<void> {
  if (references.secretValues.length === 0 || !existsSync(path)) return;
  const aside = `${path}.scrubbed`;
  // What a leader that was killed left half-written, or a link that a task has put there.
  rmSync(aside, { force: true });
  const file = await open(aside, 'wx', 0o600);
  try {
    for await (const piece of references.redactStream(createReadStream(path))) {
      await file.write(piece);
    }
  } finally {
    await file.close();
  }
  renameSync(aside, path);
}
