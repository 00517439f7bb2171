import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { z } from 'zod';

const State = z.object({
  id: z.string(),
  directory: z.string(),
  files: z.record(z.string(), z.string()),
});

/** What the directory of a member was made of: path -> digest of what was written there. */
export type MemberState = z.output<typeof State>;

/** What is remembered; `undefined` when there is nothing that can be read. */
export function readMemberState(file: string): MemberState | undefined {
  try {
    return State.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    return undefined;
  }
}

/** Remembers it, whole or not at all. */
export function writeMemberState(file: string, state: MemberState): void {
  const text = JSON.stringify(state);
  try {
    writeFileSync(`${file}.new`, text);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, text);
  }
  renameSync(`${file}.new`, file);
}
