import { appendFileSync, existsSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';

/** Adds a line to a file, waits, and returns the line. */
export async function note({ file, line, waitMs }: { file: string; line: number; waitMs: number }) {
  appendFileSync(file, `${line}\n`);
  await wait(waitMs);
  return line;
}

/** Adds a line to a file, returns the line once another file is there. */
export async function noteAndWait({
  file,
  line,
  gate,
}: {
  file: string;
  line: number;
  gate: string;
}) {
  appendFileSync(file, `${line}\n`);
  while (!existsSync(gate)) await wait(5);
  return line;
}

/** Never lets anything else happen. */
export function spin(): never {
  for (;;) {
    // Busy on purpose.
  }
}

/** The process that makes the call. */
export function processId(): number {
  return process.pid;
}

/** Fills the heap until there is none left. */
export function fillHeap(): number {
  const kept: unknown[] = [];
  for (;;) kept.push(Array.from({ length: 10_000 }, (_, n) => ({ n })));
}
