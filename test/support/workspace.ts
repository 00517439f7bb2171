import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { until } from './until.ts';

const BIN = fileURLToPath(new URL('../../packages/cli/src/bin.ts', import.meta.url));

/** The words that start the real command line from its source. */
const COMMAND: readonly string[] = [process.execPath, '--conditions=@orchestrate/source', BIN];

/** How a call ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A call that was started. */
export interface Call {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  /** What it has said so far, both streams. */
  said(): string;
}

/** How a call is started. */
export interface Start {
  readonly env?: Readonly<Record<string, string>>;
  /** Words before the command, such as those of a program that takes privileges away. */
  readonly behind?: readonly string[];
}

const MARK = 'ORCHESTRATE_TEST_WORKSPACE';

/** A folder of its own with a project in `project/`, and room for what tasks leave behind in `effects/`. */
export class Workspace implements Disposable {
  readonly home = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-e2e-')));
  readonly folder = join(this.home, 'project');
  readonly effects = join(this.home, 'effects');
  readonly #mark = randomUUID();
  readonly #undo: (() => void)[] = [];

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.folder);
    mkdirSync(this.effects);
    for (const [path, text] of Object.entries(files)) this.write(path, text);
  }

  /** Has something undone when the workspace goes, last things first. */
  later(undo: () => void): void {
    this.#undo.unshift(undo);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  write(path: string, text: string | Uint8Array): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** Lets tasks go on that wait for a file of this name. */
  allow(name: string): void {
    writeFileSync(join(this.effects, name), '');
  }

  /** Waits until a task has left a file of this name. */
  saw(name: string): Promise<void> {
    return until(`${name} to appear`, () => existsSync(join(this.effects, name)));
  }

  /** How often each task has left its line, by task. */
  counts(prefix: string): Readonly<Record<string, number>> {
    const found: Record<string, number> = {};
    for (const name of readdirSync(this.effects).sort()) {
      if (!name.startsWith(prefix)) continue;
      const lines = readFileSync(join(this.effects, name), 'utf8').split('\n');
      found[name.slice(prefix.length)] = lines.filter((line) => line !== '').length;
    }
    return found;
  }

  start(words: readonly string[], { env = {}, behind = [] }: Start = {}): Call {
    const [program = '', ...rest] = [...behind, ...COMMAND, ...words];
    const child = spawn(program, rest, {
      cwd: this.folder,
      env: {
        ...process.env,
        LANG: 'C.UTF-8',
        LC_ALL: '',
        [MARK]: this.#mark,
        EFFECTS: this.effects,
        ...env,
      },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      stdout += piece;
    });
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      stderr += piece;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
    });
    return { child, ended, said: () => stdout + stderr };
  }

  call(...words: readonly string[]): Promise<Ended> {
    return this.start(words).ended;
  }

  /** Every process that was started in this workspace and is alive, leaders, keepers and tasks alike (Linux). */
  processes(): readonly number[] {
    const wanted = `${MARK}=${this.#mark}`;
    return numbersInProc().filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'latin1').includes(wanted);
      } catch {
        return false;
      }
    });
  }

  [Symbol.dispose](): void {
    for (const pid of this.processes()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended meanwhile.
      }
    }
    for (const undo of this.#undo) undo();
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5 });
  }
}

function numbersInProc(): number[] {
  if (!existsSync('/proc/self/environ')) return [];
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .map(Number);
}

/** The objects in lines of JSON. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
