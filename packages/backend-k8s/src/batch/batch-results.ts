import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { exitOfStatus, type JobExit, type Resources } from '@orchestrate/core';

/** What a pod has written of one of its jobs. */
export type Mark = 'started' | 'cancelled' | { readonly code: number };

const LINE = /^(\d+) (s|c|\d+)$/;

/** Reads on in a file of results. Lines that are not whole yet are left for later. */
export class ResultsReader {
  readonly #path: string;
  #offset = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** What has been added, in order; nothing where there is no file yet. */
  read(): (readonly [position: number, mark: Mark])[] {
    let file: number;
    try {
      file = openSync(this.#path, 'r');
    } catch {
      return [];
    }
    try {
      const length = fstatSync(file).size - this.#offset;
      if (length <= 0) return [];
      const buffer = Buffer.alloc(length);
      const got = readSync(file, buffer, 0, length, this.#offset);
      const whole = buffer.subarray(0, got).lastIndexOf(0x0a) + 1;
      this.#offset += whole;
      return buffer.toString('utf8', 0, whole).split('\n').flatMap(markOf);
    } finally {
      closeSync(file);
    }
  }
}

function markOf(line: string): (readonly [number, Mark])[] {
  const [, position, word] = LINE.exec(line) ?? [];
  if (position === undefined || word === undefined) return [];
  if (word === 's') return [[Number(position), 'started']];
  if (word === 'c') return [[Number(position), 'cancelled']];
  return [[Number(position), { code: Number(word) }]];
}

/** What `timeout` ends with when the time was over: that of GNU, and that of BusyBox. */
const TIMED_OUT = new Set([124, 143]);
const KILLED = 137;

/** How a job of a batch ended, by its exit code. */
export function exitOfCode(code: number, { timeSeconds, memoryBytes }: Resources): JobExit {
  if (code === 0) return { outcome: 'succeeded', code };
  if (timeSeconds !== undefined && TIMED_OUT.has(code)) {
    return { outcome: 'timeout', code, message: `ran longer than its limit of ${timeSeconds} s` };
  }
  if (code === KILLED && memoryBytes !== undefined) {
    const message = 'killed for taking more memory than it has';
    return { outcome: 'out-of-memory', code, message };
  }
  return exitOfStatus(code);
}
