import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../src/views/shell-quote.ts';
import { COMMAND, Project } from './command-line.ts';

/** script(1) gives a program a pseudo-terminal. */
const SCRIPT = 'script';
const hasScript = spawnSync(SCRIPT, ['--version']).status === 0;

const SLOW = `name: slow
flows:
  work:
    matrix: { n: { range: [1, 6, 1] } }
    tasks:
      nap: { run: "sleep 0.4" }
      bad: { run: "sleep 0.5; echo no; exit 4" }
`;

/** What a terminal is sent by a call, through the pseudo-terminal of script(1). */
function onTerminal(project: Project, words: readonly string[]): { code: number; sent: string } {
  const line = [...COMMAND, ...words].map(shellQuote).join(' ');
  const { status, stdout } = spawnSync(SCRIPT, ['-qec', line, '/dev/null'], {
    cwd: project.folder,
    encoding: 'utf8',
    env: { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8', NO_COLOR: '1' },
  });
  return { code: status ?? -1, sent: stdout };
}

const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** Somebody at a window of tmux, 80 columns wide, in which one command runs and which stays when that has ended. */
class Window implements Disposable {
  readonly #socket: string;

  constructor(project: Project, words: readonly string[], rows: number) {
    this.#socket = join(project.folder, 'tmux');
    const line = `${[...COMMAND, ...words].map(shellQuote).join(' ')}; echo exit=$?; cat`;
    const size = ['-x', '80', '-y', `${rows}`];
    const command = ['new-session', '-d', ...size, '-c', project.folder, 'env', 'NO_COLOR=1'];
    this.#tmux(...command, 'LANG=C.UTF-8', 'sh', '-c', line);
  }

  #tmux(...words: readonly string[]): string {
    const env = { ...process.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
    const all = ['-f', '/dev/null', '-S', this.#socket, ...words];
    return spawnSync('tmux', all, { encoding: 'utf8', env }).stdout;
  }

  press(...keys: readonly string[]): void {
    this.#tmux('send-keys', ...keys);
  }

  /** All lines, also those that have left the screen. */
  get text(): string {
    return this.#tmux('capture-pane', '-p', '-S', '-').trimEnd();
  }

  async shows(pattern: RegExp): Promise<void> {
    const end = performance.now() + 40_000;
    while (!pattern.test(this.text)) {
      if (performance.now() > end) throw new TypeError(`never shown: ${pattern}\n${this.text}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  [Symbol.dispose](): void {
    this.#tmux('kill-server');
  }
}

describe.runIf(hasTmux)('a person at a terminal', { timeout: 60_000 }, () => {
  it.each([40, 12])('may press Enter while it runs, in a window of %i rows', async (rows) => {
    using project = new Project({ 'project.yaml': SLOW });
    using window = new Window(project, ['run'], rows);
    await window.shows(/running/);
    for (let press = 1; press <= 5; press += 1) {
      window.press('Enter');
      await window.shows(new RegExp(`(${press * 2}|${press * 2 + 1}|1[0-2])/12 |exit=`));
    }
    await window.shows(/exit=1/);

    const lines = window.text.split('\n');
    // What was drawn while it ran is gone, and the failures and the table are there.
    expect(lines.filter((line) => /\/12 |running/.test(line))).toEqual([]);
    expect(lines.filter((line) => /✗ work\.bad\/n=\d {2}user-error: /.test(line))).toHaveLength(6);
    expect(window.text).toMatch(/in all +12 +6 +0 +6/);
  });
});

describe.runIf(hasScript)('on a terminal', { timeout: 60_000 }, () => {
  it('shows progress and failures while it runs, then a table, and gives the cursor back', () => {
    using project = new Project({ 'project.yaml': SLOW });
    const { code, sent } = onTerminal(project, ['run']);

    expect(code).toBe(1);
    expect(sent).toContain('\u001b[?25l');
    expect(sent.lastIndexOf('\u001b[?25h')).toBeGreaterThan(sent.lastIndexOf('\u001b[?25l'));
    expect(sent).toMatch(/[0-9]+\/12 /);
    expect(sent).toContain('running');
    expect(sent).toMatch(/✗ work\.bad\/n=1 {2}user-error/);
    expect(sent).toMatch(/in all +12 +6 +0 +6/);
    // After the cursor is back, nothing moves it any more.
    const after = sent.slice(sent.lastIndexOf('\u001b[?25h') + 6);
    expect(after).not.toContain('\u001b[');
  });

  it('says what is waited for when nothing has been run yet, and takes that back', () => {
    using project = new Project({ 'project.yaml': SLOW });
    const { code, sent } = onTerminal(project, ['status', '--watch']);

    expect(code).toBe(2);
    expect(sent).toContain('no run has begun yet; waiting for one');
    expect(sent.slice(sent.lastIndexOf('\u001b[?25h'))).toContain('nothing has run here yet');
  });

  it('shows nothing but failures and the table with --quiet', () => {
    using project = new Project({ 'project.yaml': SLOW });
    const { sent } = onTerminal(project, ['run', '--quiet']);

    expect(sent).not.toContain('\u001b[?25l');
    expect(sent).toContain('work.bad/n=1');
    expect(sent).toContain('in all');
  });
});
