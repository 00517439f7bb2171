import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemCode } from '../system-error.ts';

const PREFIX = '.orchestrate-move~';

function ownHost(): string {
  return hostname()
    .replaceAll(/[^A-Za-z0-9.-]/g, '_')
    .slice(0, 64);
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return systemCode(error) === 'ESRCH';
  }
}

/** Whether a name is that of a folder for files on their way. */
function isStagingName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** A folder inside the target for files on their way, so that the last move is a rename on the same disk. */
export class Staging implements Disposable {
  readonly #path: string;
  #count = 0;

  constructor(target: string) {
    const token = `${ownHost()}~${process.pid}~${randomBytes(4).toString('hex')}`;
    this.#path = join(target, `${PREFIX}${token}`);
    removeAbandoned(target);
    mkdirSync(this.#path, { mode: 0o700 });
  }

  /** A path for one more file. */
  next(): string {
    this.#count += 1;
    return join(this.#path, String(this.#count));
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { recursive: true, force: true });
  }
}

/** Removes what processes of this machine left that are dead. */
function removeAbandoned(target: string): void {
  for (const name of readdirSync(target)) {
    const [host, pid] = name.slice(PREFIX.length).split('~');
    if (isStagingName(name) && host === ownHost() && isGone(Number(pid)))
      rmSync(join(target, name), { recursive: true, force: true });
  }
}
