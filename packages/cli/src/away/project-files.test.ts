import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSize, listProject, sizeOf } from './project-files.ts';
import { readTraffic, recorded, withFetched, withoutFetched, writeTraffic } from './sent-record.ts';

let project = '';
beforeEach(() => {
  project = mkdtempSync(join(tmpdir(), 'project-files-'));
});
afterEach(() => rmSync(project, { recursive: true, force: true }));

function write(path: string, text: string): void {
  mkdirSync(dirname(join(project, path)), { recursive: true });
  writeFileSync(join(project, path), text);
}

it('lists everything but what belongs to this machine', () => {
  for (const path of [
    'project.yaml',
    'model/.orchestrate/kept',
    'model/.git/index',
    'model/node_modules/x/index.js',
    '.orchestrate/journal.db',
    '.git/HEAD',
  ]) {
    write(path, path);
  }
  symlinkSync('project.yaml', join(project, 'link'));
  expect(listProject(project).map(recorded).toSorted()).toEqual([
    'link',
    'model/',
    'model/.orchestrate/',
    'model/.orchestrate/kept',
    'project.yaml',
  ]);
});

it('refuses more bytes than allowed and names the largest parts', () => {
  write('data/a', 'x'.repeat(3000));
  write('data/b', 'x'.repeat(2000));
  write('small', 'x');
  const files = listProject(project);
  expect(sizeOf(files)).toBe(5001);
  expect(() => checkSize(files, 5001, 5001)).not.toThrow();
  expect(() => checkSize(files, 5001, 5000)).toThrow(/most of it: data \(/);
});

it('sends what came home only when it was changed here', () => {
  write('out/a', 'one');
  write('out/b', 'two');
  write('in', 'three');
  writeTraffic(
    project,
    'hpc',
    withFetched(readTraffic(project, 'hpc'), project, ['out/a', 'out/b']),
  );
  write('out/b', 'two, by hand');
  const left = withoutFetched(listProject(project), readTraffic(project, 'hpc'));
  expect(left.map(recorded).toSorted()).toEqual(['in', 'out/', 'out/b']);
  utimesSync(join(project, 'out', 'a'), 1, 1);
  expect(withoutFetched(listProject(project), readTraffic(project, 'hpc')).map(recorded)).toContain(
    'out/a',
  );
});

it('takes a record that cannot be read for none', () => {
  write('.orchestrate/on/hpc/traffic.json', '{"sent":');
  expect(readTraffic(project, 'hpc')).toEqual({ sent: [], fetched: {} });
});
