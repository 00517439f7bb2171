/** Servers of test beds that are one process on a port of this machine. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');

/** Folder for what beds build once and keep. */
export const BEDS = join(cache, 'orchestrate-testbed');

/** What is known of a server that was started. */
interface Started {
  readonly pid: number;
  /** A word of its command line, so that a number that was given out again is not taken for it. */
  readonly mark: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** How a server is started. */
export interface ServerCall {
  readonly argv: readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
  /** A word that only its command line has. */
  readonly mark: string;
  /** Whether it answers. */
  isReady(): Promise<boolean>;
  /** The environment of those who use it. */
  readonly environment: Readonly<Record<string, string>>;
}

const READY_WITHIN_MS = 30_000;
const LOOKS_APART_MS = 50;
/** Looks after a process that was ended by force. */
const GONE_LOOKS = 200;

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('a port has no number');
  return address.port;
}

/** One server by name, remembered across processes. */
export class ServerProcess {
  readonly #folder: string;

  constructor(name: string) {
    this.#folder = join(BEDS, name);
  }

  /** The environment to use it with, when it is up. */
  running(): Readonly<Record<string, string>> | undefined {
    const started = this.#read();
    return started !== undefined && isAlive(started) ? started.environment : undefined;
  }

  /** Starts it, or answers why it did not start. */
  async start(call: ServerCall): Promise<string | undefined> {
    mkdirSync(this.#folder, { recursive: true });
    const log = openSync(join(this.#folder, 'log'), 'w');
    const [program, ...args] = call.argv;
    const child = spawn(program, args, {
      detached: true,
      env: { ...process.env, ...call.env },
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    child.on('error', () => undefined);
    child.unref();
    if (child.pid === undefined) return `${program} did not start`;
    const { mark, environment } = call;
    const started: Started = { pid: child.pid, mark, environment };
    writeFileSync(join(this.#folder, 'bed.json'), JSON.stringify(started), { mode: 0o600 });
    const until = performance.now() + READY_WITHIN_MS;
    while (performance.now() < until && isAlive(started)) {
      if (await call.isReady().catch(() => false)) return undefined;
      await setTimeout(LOOKS_APART_MS);
    }
    return `${mark} does not answer: ${this.#lastWords()}`;
  }

  stop(): void {
    const started = this.#read();
    if (started !== undefined && isAlive(started)) {
      process.kill(started.pid, 'SIGKILL');
      // Until it has let go of its port: whoever starts it again at once would find that taken.
      for (let looks = 0; looks < GONE_LOOKS && isAlive(started); looks += 1)
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOOKS_APART_MS);
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #read(): Started | undefined {
    try {
      return JSON.parse(readFileSync(join(this.#folder, 'bed.json'), 'utf8')) as Started;
    } catch {
      return undefined;
    }
  }

  #lastWords(): string {
    return readFileSync(join(this.#folder, 'log'), 'utf8').trim().split('\n').slice(-3).join(' | ');
  }
}

function isAlive({ pid, mark }: Started): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(mark);
  } catch {
    return false;
  }
}

/** What a bed of one server is to the command line. */
export interface ServerBed {
  readonly name: string;
  up(): Promise<Readonly<Record<string, string>> | { readonly reason: string }>;
  down(): void;
  running(): Readonly<Record<string, string>> | undefined;
}

/** Carries out `up`, `down` or `status`, and answers the exit code. Values that are secrets are not printed. */
export async function actOnBed(bed: ServerBed, verb: string | undefined): Promise<number> {
  if (verb === 'down') bed.down();
  else if (verb === 'status') console.log(`${bed.name}: ${bed.running() ? 'up' : 'down'}`);
  else if (verb === 'up') {
    const up = await bed.up();
    if ('reason' in up) {
      console.log(`did not run: ${bed.name} (${up['reason']})`);
      return 1;
    }
    console.log(`${bed.name}: up`);
  } else {
    console.error(`usage: node tools/testbed/${bed.name}/bed.ts up|down|status`);
    return 2;
  }
  return 0;
}
