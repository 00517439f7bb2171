import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { runLimited } from './limited.ts';

const said: string[] = [];
beforeEach(() => {
  said.length = 0;
  vi.spyOn(console, 'log').mockImplementation((text: string) => void said.push(text));
});
afterEach(() => vi.restoreAllMocks());

const bash = (script: string, minutes: number) =>
  runLimited(['bash', '-c', script], { cwd: import.meta.dirname }, minutes, 100);

function isAlive(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

describe('a command with a limit', () => {
  it('ends as it ends, when it is in time', async () => {
    expect(await bash('exit 3', 1)).toEqual({ code: 3 });
    expect(await bash('kill -9 $$', 1)).toEqual({ code: undefined });
    expect(said).toEqual([]);
  });

  it('that cannot be started has no exit code', async () => {
    expect(await runLimited(['/nowhere/to/be/found'], { cwd: '/' }, 1)).toEqual({
      code: undefined,
    });
  });

  it('is ended with all it started when it takes longer, and what hung is told', async () => {
    const script = `trap '' TERM; sleep 301 & set -m; sleep 302 & set +m; while :; do sleep 303; done`;

    expect(await bash(script, 0.05)).toBe('took too long');

    const rows = said.filter((row) => /sleep 30\d$/.test(row));
    expect(rows.map((row) => row.slice(-9)).toSorted()).toEqual([
      'sleep 301',
      'sleep 302',
      'sleep 303',
    ]);
    const ids = rows.map((row) => Number(row.trim().split(/\s+/)[0]));
    await vi.waitFor(() => expect(ids.filter(isAlive)).toEqual([]), 5_000);
  });
});
