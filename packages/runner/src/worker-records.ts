import { existsSync, openSync, writeSync } from 'node:fs';
import type { JobExit } from '@orchestrate/core';
import type { ProgressBuffer } from './progress-buffer.ts';

/** Milliseconds between two nudges of the leader while a pack runs. */
const NUDGE_MS = 25;

/**
 * The record file a worker keeps of its packs, one line each, written whole: `s KEY <ms>` started, `p KEY <progress>`,
 * `f KEY <exit>` finished, `r KEY` refused. A line begins with a newline too, and ends with a full
 * stop, so that one that was cut off harms only itself and is not taken for whole.
 */
export class WorkerRecords {
  readonly #descriptor: number;
  readonly #stopPath: string;
  readonly #nudge: () => void;
  #nudgedAt = 0;

  constructor(path: string, stopPath: string, nudge: () => void) {
    this.#descriptor = openSync(path, 'a');
    this.#stopPath = stopPath;
    this.#nudge = nudge;
  }

  /** Whether the worker was told to start nothing more. */
  get stopped(): boolean {
    return existsSync(this.#stopPath);
  }

  refused(key: string): void {
    this.#append(`r ${key}`);
    this.#nudge();
  }

  started(key: string): void {
    // Not worth a nudge: the leader looks for starts of what goes on for longer.
    this.#append(`s ${key} ${Date.now()}`);
    this.#nudgedAt = performance.now();
  }

  progressed(key: string, progress: ProgressBuffer): void {
    if (progress.isEmpty) return;
    this.#append(`p ${key} ${progress.takeText()}`);
    const now = performance.now();
    if (now - this.#nudgedAt < NUDGE_MS) return;
    this.#nudgedAt = now;
    this.#nudge();
  }

  finished(key: string, exit: JobExit): void {
    this.#append(`f ${key} ${JSON.stringify({ endedAt: Date.now(), ...exit })}`);
    this.#nudge();
  }

  #append(line: string): void {
    const bytes = Buffer.from(`\n${line}.\n`);
    for (let tries = 0; ; tries += 1) {
      try {
        let written = 0;
        while (written < bytes.length) written += writeSync(this.#descriptor, bytes, written);
        return;
      } catch (error) {
        // A full disk: what happened must not get lost, so wait for space rather than go on without a record.
        if (tries >= 600) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      }
    }
  }
}
