import { execFile, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { repository } from './markdown.ts';
import { Screen } from './screen.ts';

/** Whether script(1) of util-linux is there, which gives programs a pseudo-terminal. */
export const hasTerminal = spawnSync('script', ['--version']).status === 0;

/** A command of a `console` block, and what the page says it prints. */
export interface Step {
  readonly command: string;
  readonly expected: readonly string[];
}

/** The commands of a `console` block: lines that begin with `$ `, each with the lines after it. */
export function stepsOf(block: string): Step[] {
  return block
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = '', ...expected] = part.trimEnd().split('\n');
      return { command, expected };
    });
}

const shellWord = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** Somebody at a terminal, in an empty folder, with `orchestrate` and this Node on the path. */
export class ConsoleSession implements Disposable {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-docs-')));
  readonly #bin = join(this.#root, 'bin');
  readonly #state = join(this.#root, 'state');
  /** The folder in which the next command runs. */
  folder = join(this.#root, 'home');
  #exitCode = 0;

  constructor() {
    const command = join(repository, 'packages', 'cli', 'src', 'bin.ts');
    const start = [process.execPath, '--conditions=@orchestrate/source', command].map(shellWord);
    mkdirSync(this.#bin);
    mkdirSync(this.folder);
    writeFileSync(join(this.#bin, 'orchestrate'), `#!/bin/sh\nexec ${start.join(' ')} "$@"\n`);
    chmodSync(join(this.#bin, 'orchestrate'), 0o755);
  }

  /** Writes a file below the folder of the next command. */
  write(path: string, text: string): void {
    const file = join(this.folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }

  read(path: string): string {
    return readFileSync(join(this.folder, path), 'utf8');
  }

  /** What a program prints when it has no terminal. */
  async output(...words: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(words[0] ?? '', words.slice(1), {
      cwd: this.folder,
      env: this.#environment(),
    });
    return stdout;
  }

  /** Types a command, waits for it, and gives what then stands on the screen. */
  async type(command: string): Promise<string[]> {
    const line = [
      'stty rows 50 cols 110 -echo',
      `(exit ${this.#exitCode})`,
      command,
      // Closing the terminal at once would end what was only just put into the background.
      ...(command.endsWith('&')
        ? ['for n in {1..200}; do [ -s .orchestrate/leader.json ] && break; sleep 0.1; done']
        : []),
      `code=$?; pwd > ${shellWord(this.#state)}; exit $code`,
    ].join('\n');
    const child = spawn('script', ['-qec', line, '/dev/null'], {
      cwd: this.folder,
      stdio: ['pipe', 'pipe', 'inherit'],
      env: this.#environment(),
    });
    let sent = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      sent += piece;
    });
    this.#exitCode = await new Promise<number>((done, failed) => {
      child.on('error', failed);
      child.on('close', (code) => done(code ?? -1));
    });
    this.folder = readFileSync(this.#state, 'utf8').trimEnd();
    const screen = new Screen();
    screen.write(sent);
    const lines = screen.lines();
    while (lines[0] === '') lines.shift();
    return lines;
  }

  #environment(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      SHELL: '/bin/bash',
      // Where the pages that need more than the command say the repository is.
      CLONE: repository,
      PATH: [this.#bin, dirname(process.execPath), process.env['PATH']].join(':'),
      TERM: 'xterm-256color',
      LANG: 'C.UTF-8',
      LC_ALL: 'C.UTF-8',
      NO_COLOR: '1',
      CI: '',
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.#root, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A line without what differs from run to run: ids, times of day, durations, and the blanks that line columns up. */
function plainLine(line: string): string {
  return line
    .replaceAll(/(\bruns?[ /]|"run":")[a-z0-9]{8}\b/g, '$1RUN')
    .replace(/^[a-z0-9]{8}(?= +\w+ +\d{4}-)/, 'RUN')
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/g, 'DATE')
    .replaceAll(/\b\d+ min( \d+ s)?\b|\b\d+(\.\d+)? (s|ms)\b/g, 'TIME')
    .replaceAll(/"(at|seconds|pid)":[\d.]+/g, '"$1":N')
    .replaceAll(/ +/g, ' ')
    .trimEnd();
}

/** Whether a line is what a page says; `…` within the line stands for any text. */
function isLine(expected: string, actual: string): boolean {
  const [start = '', ...parts] = plainLine(expected).split('…');
  const text = plainLine(actual);
  if (parts.length === 0) return text === start;
  const end = parts.pop() ?? '';
  let from = text.startsWith(start) ? start.length : Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const at = text.indexOf(part, from);
    from = at < 0 ? Number.POSITIVE_INFINITY : at + part.length;
  }
  return from <= text.length - end.length && text.endsWith(end);
}

/** Whether lines are what a page says; a line `…` of the page stands for any number of lines. */
export function matches(expected: readonly string[], actual: readonly string[]): boolean {
  const [first, ...rest] = expected;
  if (first === undefined) return actual.length === 0;
  if (first === '…')
    return Array.from({ length: actual.length + 1 }, (_, skip) => actual.slice(skip)).some((left) =>
      matches(rest, left),
    );
  const [line, ...others] = actual;
  return line !== undefined && isLine(first, line) && matches(rest, others);
}
