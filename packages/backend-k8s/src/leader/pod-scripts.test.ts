import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { leadWords } from './pod-scripts.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pod-scripts-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function lead(...argv: string[]): number | null {
  const places = { cwd: folder, log: join(folder, 'log'), mark: join(folder, 'mark') };
  const [program = '', ...words] = leadWords(places, argv);
  return spawnSync(program, words).status;
}

const log = () => readFileSync(join(folder, 'log'), 'utf8');
const SHOW = ['/bin/sh', '-c', 'for w; do printf "[%s]" "$w"; done; echo; exit 3', 'sh'];

it('hands its words on as they are, and the exit code back', () => {
  expect(lead(...SHOW, 'run', '--fresh', 'a b', '$(x)', '')).toBe(3);
  expect(log()).toBe('[run][--fresh][a b][$(x)][]\n');
});

it('goes on the second time, whatever was to be begun anew the first time', () => {
  lead(...SHOW, 'run', '--fresh', '--abandon', '--set=a=--fresh', 'x y');
  lead(...SHOW, 'run', '--fresh', '--abandon', '--set=a=--fresh', 'x y');
  expect(log()).toBe(
    '[run][--fresh][--abandon][--set=a=--fresh][x y]\n[run][--set=a=--fresh][x y]\n',
  );
});

it('says that the folder is gone', () => {
  const [program = '', ...words] = leadWords({ cwd: '/gone', log: 'l', mark: 'm' }, ['true']);
  expect(spawnSync(program, words).status).toBe(2);
});
