import { spawnSync } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ended, job } from './jobs.ts';
import { openAt } from './local-place.ts';
import { newPlace } from './place.ts';

interface Came {
  readonly code: number | undefined;
  readonly text: string;
}

/** What comes of `SHELL -c ./tool` as a job, and by the shell itself. */
async function both(shell: string, write: (tool: string) => void): Promise<[Came, Came]> {
  const place = newPlace();
  write(join(place, 'tool'));
  const argv = [shell, '-c', './tool'] as const;
  await using backend = openAt(place);
  const work = { kind: 'command', argv } as const;
  const spec = job(place, 1, work, { environment: { SHLVL: '3' } });
  await backend.submit([spec]);
  const [status] = await ended(backend, [spec.key]);
  const shells = spawnSync(argv[0], argv.slice(1), {
    cwd: place,
    env: { ...process.env, SHLVL: '3', PWD: place },
    encoding: 'utf8',
  });
  return [
    { code: status?.exit?.code, text: readFileSync(spec.logPath, 'utf8') },
    { code: shells.status ?? undefined, text: `${shells.stdout}${shells.stderr}` },
  ];
}

const written = (text: string, mode = 0o755) => {
  return (tool: string): void => {
    writeFileSync(tool, text);
    chmodSync(tool, mode);
  };
};

it.each([
  ['a script', '#!/bin/sh\necho "$0 $#"; exit 7\n', 0o755],
  ['a script with an argument for its interpreter', '#! /bin/sh -e\nfalse\necho on\n', 0o755],
  ['a script for an interpreter that is not there', '#!/no/such/program\n', 0o755],
  ['a text without an interpreter', '[[ a == a ]] && echo bash reads it\n', 0o755],
  ['an empty file', '', 0o755],
  ['a script that may not be executed', '#!/bin/sh\necho never\n', 0o644],
])('%s comes to the same as from bash', async (_what, text, mode) => {
  const [ours, shells] = await both('/bin/bash', written(text, mode));

  expect(ours).toEqual(shells);
});

it('a program that is not there is complained of by the shell that was asked for', async () => {
  const [ours, shells] = await both('/bin/bash', () => {});

  expect(ours).toEqual(shells);
  expect(ours.code).toBe(127);
});

it.each(['/bin/bash', '/bin/sh'])('a program gets the variables that %s tells', async (shell) => {
  const [ours, shells] = await both(shell, written('#!/bin/cat /proc/self/environ\n'));

  const told = ({ text }: Came): string[] => {
    const entries = text.split('\0').filter((entry) => /^(SHLVL|PWD)=/.test(entry));
    return entries.sort();
  };
  expect(told(ours)).toHaveLength(2);
  expect(told(ours)).toEqual(told(shells));
});
