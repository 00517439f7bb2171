import { createHash } from 'node:crypto';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type FunctionContext, isFlowError, type Json } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { encodePy } from '../src/python/json-code.ts';
import {
  askGate,
  moveMember,
  prepareRun,
  readTemplate,
  removeMember,
} from '../src/upstream-steps.ts';

const CONTEXT: FunctionContext = {
  signal: new AbortController().signal,
  task: 'trial',
  attempt: 1,
  inputs: {},
  outputs: {},
};

/** A folder with a template, and runs made from it. */
class Launch implements Disposable {
  readonly root = realpathSync(mkdtempSync(join(tmpdir(), 'ensemble-run-')));
  readonly mark = this.path('state/removed/b-0');
  readonly manifest = this.path('state/manifests/b-0.jsonl');

  path(...parts: readonly string[]): string {
    return join(this.root, ...parts);
  }

  write(path: string, text: string): void {
    mkdirSync(dirname(this.path(path)), { recursive: true });
    writeFileSync(this.path(path), text);
  }

  read(path: string): string {
    return readFileSync(this.path(path), 'utf8');
  }

  prepare(templates: readonly string[], more: Readonly<Record<string, Json>> = {}): Json {
    const template = this.path('template');
    const { digest } = readTemplate({ template, listed: [...templates] }) as { digest: string };
    return prepareRun({
      template,
      digest,
      templates: [...templates],
      directory: this.path('runs/b-0'),
      base: this.path('runs'),
      state: this.path('state/members/b-0.json'),
      id: 'b-0',
      run: [['depth', encodePy(100n)]],
      pickup: false,
      mark: this.mark,
      ...more,
    });
  }

  gate(cmd: string): Promise<Json> {
    const argv = ['bash', '-c', cmd];
    return askGate(
      { argv, directory: this.path('runs/b-0'), fails: false, mark: this.mark },
      CONTEXT,
    );
  }

  move(to: string): Promise<Json> {
    return this.moveTo(this.path(to));
  }

  moveTo(to: string): Promise<Json> {
    const { manifest } = this;
    const given = { include: [], exclude: [], manifest, ignoreErrors: true };
    return moveMember({ from: this.path('runs/b-0'), to, ...given }, CONTEXT);
  }

  remove(): Promise<Json> {
    const given = { base: this.path('runs'), disposable: [], mark: this.mark };
    const directory = this.path('runs/b-0');
    return removeMember({ directory, verifiedBy: this.manifest, ...given }, CONTEXT);
  }

  [Symbol.dispose](): void {
    rmSync(this.root, { recursive: true, force: true });
  }
}

async function codeOf(promise: Promise<Json>): Promise<string> {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  return isFlowError(error) ? error.code : 'no FlowError';
}

describe('templates behind links', () => {
  it('are rendered into a folder of the run; everything else behind the link stays where it is', () => {
    using launch = new Launch();
    launch.write('shared/driver.jl.j2', 'depth = {{ run.depth }}\n');
    launch.write('shared/bed.txt', 'bed\n');
    launch.write('shared/deep/more.txt', 'more\n');
    launch.write('template/run.sh', 'true\n');
    symlinkSync('../shared', launch.path('template/input'));

    launch.prepare(['input/driver.jl.j2']);

    expect(lstatSync(launch.path('runs/b-0/input')).isDirectory()).toBe(true);
    expect(readdirSync(launch.path('runs/b-0/input')).sort()).toEqual([
      'bed.txt',
      'deep',
      'driver.jl',
    ]);
    expect(launch.read('runs/b-0/input/driver.jl')).toBe('depth = 100');
    expect(readlinkSync(launch.path('runs/b-0/input/bed.txt'))).toBe(launch.path('shared/bed.txt'));
    expect(launch.read('runs/b-0/input/deep/more.txt')).toBe('more\n');
    expect(readdirSync(launch.path('shared')).sort()).toEqual(['bed.txt', 'deep', 'driver.jl.j2']);
    expect(launch.read('shared/driver.jl.j2')).toBe('depth = {{ run.depth }}\n');
  });

  it('may be links themselves, also out of the template, and are noticed when they change', () => {
    using launch = new Launch();
    launch.write('shared/job.sh.j2', 'one {{ run.depth }}\n');
    launch.write('template/kept.txt', 'kept\n');
    symlinkSync('../shared/job.sh.j2', launch.path('template/job.sh.j2'));
    const before = launch.prepare(['job.sh.j2']);
    expect(launch.read('runs/b-0/job.sh')).toBe('one 100');

    launch.write('shared/job.sh.j2', 'two {{ run.depth }}\n');
    const after = launch.prepare(['job.sh.j2']);

    expect(launch.read('runs/b-0/job.sh')).toBe('two 100');
    expect(after).not.toEqual(before);
    expect(readdirSync(launch.path('runs/b-0')).sort()).toEqual(['job.sh', 'kept.txt']);
  });
});

describe('the directory of a run', () => {
  it('is told to templates with links resolved, as the program it comes from does', () => {
    using launch = new Launch();
    launch.write('template/job.sh.j2', '{{ run.dir }}\n');
    mkdirSync(launch.path('scratch'));
    symlinkSync('scratch', launch.path('runs'));

    launch.prepare(['job.sh.j2'], { run: [['dir', launch.path('runs/b-0')]] });

    expect(launch.read('scratch/b-0/job.sh')).toBe(launch.path('scratch/b-0'));
  });
});

describe('a run that is taken over', () => {
  it('has its templates rendered again, whatever its job made of them, and nothing else touched', () => {
    using launch = new Launch();
    launch.write('template/driver.jl.j2', 'first = @START@\n');
    launch.write('template/plain.txt', 'plain\n');
    launch.prepare(['driver.jl.j2'], { pickup: true });
    launch.write('runs/b-0/driver.jl', 'first = 6\n');
    launch.write('runs/b-0/plain.txt', 'of the job\n');

    launch.prepare(['driver.jl.j2'], { pickup: true });

    expect(launch.read('runs/b-0/driver.jl')).toBe('first = @START@');
    expect(launch.read('runs/b-0/plain.txt')).toBe('of the job\n');
  });
});

describe('a run that was archived and removed', () => {
  it('passes no gate any more; one that somebody took away is an error', async () => {
    using launch = new Launch();
    launch.write('template/job.sh.j2', 'true\n');
    launch.prepare(['job.sh.j2']);
    expect(await launch.gate('test -f job.sh')).toEqual({ passed: true, code: 0 });

    await launch.move('archive/b-0');
    await launch.remove();
    expect(existsSync(launch.path('runs/b-0'))).toBe(false);
    expect(await launch.gate('true')).toMatchObject({ passed: false });

    launch.prepare(['job.sh.j2']);
    expect(await launch.gate('false')).toEqual({ passed: false, code: 1 });
    rmSync(launch.path('runs/b-0'), { recursive: true });
    expect(await codeOf(launch.gate('true'))).toBe('ENSEMBLE_DIRECTORY_GONE');
  });

  it('is where its path leads from the folder of the run', async () => {
    using launch = new Launch();
    launch.write('template/job.sh.j2', 'true\n');
    launch.prepare(['job.sh.j2']);

    await launch.moveTo('../../archive/b-0');

    expect(launch.read('archive/b-0/job.sh')).toBe('true');
  });

  it('is not removed again by what an earlier copy was verified by', async () => {
    using launch = new Launch();
    launch.write('template/job.sh.j2', 'true\n');
    launch.write('blocked', 'a file');
    launch.prepare(['job.sh.j2']);
    await launch.move('archive/b-0');
    rmSync(launch.path('archive'), { recursive: true });

    expect(await launch.move('blocked/b-0')).toHaveProperty('failed');
    expect(await codeOf(launch.remove())).toBe('ENSEMBLE_UNVERIFIED');
    expect(launch.read('runs/b-0/job.sh')).toBe('true');
  });

  it('is removed to the end when a removal was killed half way', async () => {
    using launch = new Launch();
    launch.write('template/job.sh.j2', 'true\n');
    launch.write('template/big.txt', 'big\n');
    launch.prepare(['job.sh.j2']);
    await launch.move('archive/b-0');
    // Such a removal leaves the folder under the name it was set aside by.
    const name = createHash('sha256').update('b-0').digest('hex').slice(0, 16);
    renameSync(launch.path('runs/b-0'), launch.path('runs', `.orchestrate-remove~${name}`));

    expect(await launch.remove()).toMatchObject({ removed: true });
    expect(readdirSync(launch.path('runs'))).toEqual([]);
  });
});
