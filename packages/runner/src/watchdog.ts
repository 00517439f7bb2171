import { closeSync, openSync, writeSync } from 'node:fs';
import { parentPort, Worker } from 'node:worker_threads';

/** What the watchdog is told: a pack began that may run so long, or there is none any more. */
interface Watched {
  readonly key: string;
  readonly records: string;
  readonly afterMs: number;
  readonly graceMs: number;
}

/** A leader that lives ends an overdue pack itself, exactly on time; the watchdog comes this much later. */
const LATE_MS = 2_000;

/**
 * Ends a pack that runs too long also when no leader is there, from a thread of its own, since the calls may never let
 * another turn happen.
 */
export class Watchdog {
  readonly #thread: Worker;

  /** `entry` is the module that calls {@link watch} when it is not the main thread. */
  constructor(entry: URL) {
    this.#thread = new Worker(entry, { stdout: true, stderr: true });
    this.#thread.unref();
  }

  begin(watched: Omit<Watched, 'afterMs'> & { readonly timeSeconds: number }): void {
    const { key, records, graceMs, timeSeconds } = watched;
    const message: Watched = { key, records, graceMs, afterMs: timeSeconds * 1000 + LATE_MS };
    this.#thread.postMessage(message);
  }

  end(): void {
    this.#thread.postMessage(null);
  }
}

function endOverdue({ key, records, graceMs }: Watched): NodeJS.Timeout {
  const descriptor = openSync(records, 'a');
  writeSync(descriptor, `\nx ${key} timeout.\n`);
  closeSync(descriptor);
  process.kill(-process.pid, 'SIGTERM');
  return setTimeout(() => process.kill(-process.pid, 'SIGKILL'), graceMs);
}

/** The thread's side. */
export function watch(): void {
  let timer: NodeJS.Timeout | undefined;
  parentPort?.on('message', (watched: Watched | null) => {
    clearTimeout(timer);
    if (watched === null) return;
    const deadline = Date.now() + watched.afterMs;
    const look = (): void => {
      const left = deadline - Date.now();
      timer = left <= 0 ? endOverdue(watched) : setTimeout(look, Math.min(left, 3_600_000));
    };
    look();
  });
}
