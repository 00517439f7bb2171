import { spawnSync } from 'node:child_process';
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
