import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isFlowError, type Json } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { prepareMember, readTemplate } from '../src/member.ts';

/** A project with a template, and members made from it. */
class Ensemble implements Disposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'ensemble-member-')));
  readonly template = join(this.root, 'template');

  constructor(files: Readonly<Record<string, string>>) {
    mkdirSync(this.template);
    for (const [path, text] of Object.entries(files)) this.write(join('template', path), text);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  read(path: string): string {
    return readFileSync(join(this.root, path), 'utf8');
  }

  prepare(parameters: string, more: Readonly<Record<string, Json>> = {}): Json {
    const { digest } = readTemplate({ template: this.template }) as { digest: string };
    return prepareMember({
      template: this.template,
      digest,
      directory: join(this.root, 'members', 'one'),
      base: join(this.root, 'members'),
      state: join(this.root, 'state', 'one.json'),
      id: 'one',
      index: 0,
      name: 'sens',
      parameters,
      extensions: [],
      render: ['**/*.j2'],
      undefined: 'refuse',
      hooks: {},
      ...more,
    });
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

function codeOf(act: () => unknown): string {
  try {
    act();
    return 'nothing thrown';
  } catch (error) {
    return isFlowError(error) ? error.code : String(error);
  }
}

describe('the directory of a member', () => {
  it('has rendered files under their names, and everything else as it is in the template', () => {
    using ensemble = new Ensemble({
      'in/run.sh.j2': 'x={{ x }} {{ member.id }} {{ run.idx }}',
      data: 'd',
    });
    chmodSync(join(ensemble.template, 'in/run.sh.j2'), 0o755);
    symlinkSync('data', join(ensemble.template, 'link'));

    ensemble.prepare('{"x":100.0}');

    expect(ensemble.read('members/one/in/run.sh')).toBe('x=100.0 one 0');
    expect(statSync(join(ensemble.root, 'members/one/in/run.sh')).mode & 0o777).toBe(0o755);
    expect(existsSync(join(ensemble.root, 'members/one/in/run.sh.j2'))).toBe(false);
    expect(readlinkSync(join(ensemble.root, 'members/one/link'))).toBe('data');
    expect(readdirSync(join(ensemble.root, 'members'))).toEqual(['one']);
  });

  it('is left alone when it is prepared again, also what a job has changed in it', () => {
    using ensemble = new Ensemble({ 'a.j2': '{{ x }}', b: 'b' });
    const first = ensemble.prepare('{"x":1}');
    ensemble.write('members/one/a', 'changed by the job');
    ensemble.write('members/one/checkpoint', '7');

    const second = ensemble.prepare('{"x":1}');

    expect(second).toEqual(first);
    expect(ensemble.read('members/one/a')).toBe('changed by the job');
    expect(ensemble.read('members/one/checkpoint')).toBe('7');
  });

  it('gets what the template or the parameters give otherwise, and nothing else', () => {
    using ensemble = new Ensemble({ 'a.j2': '{{ x }}', b: 'b' });
    const first = ensemble.prepare('{"x":1}');
    ensemble.write('members/one/b', 'changed by the job');

    const second = ensemble.prepare('{"x":2}');

    expect(second).not.toEqual(first);
    expect(ensemble.read('members/one/a')).toBe('2');
    expect(ensemble.read('members/one/b')).toBe('changed by the job');
  });

  it('goes on with new values of an extension', () => {
    using ensemble = new Ensemble({ 'a.j2': '{{ x }} until {{ end }}' });
    ensemble.prepare('{"x":1,"end":10}');

    ensemble.prepare('{"x":1,"end":10}', { extensions: [{ end: 20 }] });

    expect(ensemble.read('members/one/a')).toBe('1 until 20');

    ensemble.prepare('{"x":1,"end":10}', { extensions: [{ end: 20 }, '{"end":30.0}'] });

    expect(ensemble.read('members/one/a')).toBe('1 until 30.0');
  });

  it('is not made where something of somebody else is', () => {
    using ensemble = new Ensemble({ a: 'a' });
    ensemble.write('members/one/precious', 'mine');

    expect(codeOf(() => ensemble.prepare('{}'))).toBe('ENSEMBLE_DIRECTORY_TAKEN');
    expect(readdirSync(join(ensemble.root, 'members/one'))).toEqual(['precious']);
  });

  it('is made again when it was lost on the way', () => {
    using ensemble = new Ensemble({ 'a.j2': '{{ x }}' });
    ensemble.prepare('{"x":1}');
    rmSync(join(ensemble.root, 'members/one'), { recursive: true });

    ensemble.prepare('{"x":1}');

    expect(ensemble.read('members/one/a')).toBe('1');
  });

  it('leaves no part of a directory when a template fails', () => {
    using ensemble = new Ensemble({ 'a.j2': '{{ nothing }}' });

    expect(codeOf(() => ensemble.prepare('{"x":1}'))).toBe('JINJA_UNDEFINED');
    expect(existsSync(join(ensemble.root, 'members'))).toBe(false);
  });

  it('takes an unknown name for nothing where it is told to', () => {
    using ensemble = new Ensemble({ 'a.j2': '<{{ nothing }}>' });

    ensemble.prepare('{}', { undefined: 'empty' });

    expect(ensemble.read('members/one/a')).toBe('<>');
  });

  it('never writes through a link to a folder', () => {
    using ensemble = new Ensemble({ 'a/x.j2': '{{ x }}' });
    ensemble.prepare('{"x":1}');
    ensemble.write('shared/x', 'of everybody');
    rmSync(join(ensemble.root, 'members/one/a'), { recursive: true });
    symlinkSync('../../shared', join(ensemble.root, 'members/one/a'));

    expect(codeOf(() => ensemble.prepare('{"x":2}'))).toBe('ENSEMBLE_LINK');
    expect(ensemble.read('shared/x')).toBe('of everybody');
  });

  it('does not leave its folder through a link', () => {
    using ensemble = new Ensemble({ a: 'a' });
    mkdirSync(join(ensemble.root, 'elsewhere'));
    mkdirSync(join(ensemble.root, 'members'));
    symlinkSync('../elsewhere', join(ensemble.root, 'members/way'));
    const directory = join(ensemble.root, 'members/way/one');

    expect(codeOf(() => ensemble.prepare('{}', { directory }))).toBe('ENSEMBLE_DIRECTORY_OUTSIDE');
    expect(readdirSync(join(ensemble.root, 'elsewhere'))).toEqual([]);
  });

  it('is not made from a template that has changed under the run', () => {
    using ensemble = new Ensemble({ a: 'a' });

    expect(codeOf(() => ensemble.prepare('{}', { digest: 'another' }))).toBe(
      'ENSEMBLE_TEMPLATE_CHANGED',
    );
  });
});

describe('readTemplate', () => {
  it.each([
    ['a.j2', '{{ run.idx }}', true],
    ['a.j2', '{{ x }} run member.index', false],
    ['a.j2', '{{ cannot be read', false],
    ['a', '{{ member.index }}', false],
  ])(
    'of %s with %s knows whether positions of members come into it: %s',
    (path, text, expected) => {
      using ensemble = new Ensemble({ [path]: text });
      const { template } = ensemble;

      expect(readTemplate({ template, render: ['**/*.j2'] })).toMatchObject({
        positions: expected,
      });
    },
  );
});
