import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { checkSize, listProject, sizeOf } from './project-files.ts';
import {
  ownFiles,
  readTraffic,
  withFetched,
  withoutFetched,
  withSent,
  writeTraffic,
} from './sent-record.ts';

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
  expect(
    Object.keys(withSent(readTraffic(project, 'hpc'), listProject(project)).sent).toSorted(),
  ).toEqual(['link', 'model/', 'model/.orchestrate/', 'model/.orchestrate/kept', 'project.yaml']);
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
  expect(left.map(({ path }) => path).toSorted()).toEqual(['in', 'out', 'out/b']);
  utimesSync(join(project, 'out', 'a'), 1, 1);
  const again = withoutFetched(listProject(project), readTraffic(project, 'hpc'));
  expect(again.map(({ path }) => path)).toContain('out/a');
});

it('takes a record that cannot be read for none', () => {
  write('.orchestrate/on/hpc/traffic.json', '{"sent":');
  expect(readTraffic(project, 'hpc')).toEqual({ sent: {}, fetched: {} });
});

it('keeps what was made or changed here from being written over', () => {
  for (const path of ['sent', 'sent-changed', 'came', 'came-changed']) write(path, path);
  const sent = withSent(readTraffic(project, 'hpc'), listProject(project));
  const traffic = withFetched(sent, project, ['came', 'came-changed']);
  write('sent-changed', 'by hand');
  write('came-changed', 'by hand, this one too');
  write('made/here', 'new');
  expect(ownFiles(listProject(project), traffic).toSorted()).toEqual([
    'came-changed',
    'made/here',
    'sent-changed',
  ]);
});
