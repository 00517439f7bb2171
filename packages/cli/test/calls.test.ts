import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeCrashLog } from '../src/crash-log.ts';
import { reportError } from '../src/output/render-error.ts';
import { COMMAND, Project } from './command-line.ts';

describe('a call without a project', () => {
  it('answers the version of the package', async () => {
    using project = new Project({});
    const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
    const { version } = JSON.parse(manifest) as { version: string };

    for (const words of [['--version'], ['-V'], ['run', '--version']]) {
      expect(await project.call(...words)).toEqual({
        code: 0,
        stdout: `${version}\n`,
        stderr: '',
      });
    }
  });

  it('shows help on standard output', async () => {
    using project = new Project({});
    const help = await project.call('--help');

    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('orchestrate COMMAND [OPTIONS]');
    expect(await project.call()).toEqual(help);
  });

  it('tells a misspelt command on standard error, with code 2 and the word meant', async () => {
    using project = new Project({});
    const { code, stdout, stderr } = await project.call('runn');

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('did you mean `run`?');
    expect(stderr).not.toContain('    at ');
  });

  it('tells errors as JSON too', async () => {
    using project = new Project({});
    const { code, stdout } = await project.call('validate', '--json');

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'PROJECT_NOT_FOUND' } });
  });

  it('colours when told to, and only then', async () => {
    using project = new Project({});

    expect((await project.call('runn', '--color', 'always')).stderr).toContain('\u001b[31m');
    expect((await project.call('runn')).stderr).not.toContain('\u001b[');
  });

  it('completes', async () => {
    using project = new Project({ 'project.yaml': 'name: x\nprofiles:\n  laptop: {}\n' });

    expect((await project.call('__complete', 'val')).stdout).toMatch(/^validate\tCheck/);
    expect((await project.call('__complete', 'run', '-p', '')).stdout).toBe('laptop\n');
    expect(await project.call('__complete', 'logs', 'x')).toMatchObject({ code: 0, stderr: '' });
  });

  it('does not mind a reader that goes away', async () => {
    using project = new Project({});
    const { child, ended } = project.start(['--help']);
    child.stdout?.destroy();

    expect(await ended).toMatchObject({ code: 0, stderr: '' });
  });
});

describe('init', () => {
  it.each(['sweep', 'minimal'])('writes a project that is valid: %s', async (template) => {
    using project = new Project({});

    expect(await project.call('init', 'new one', '-t', template)).toMatchObject({ code: 0 });
    const validated = await project.call('validate', '-c', 'new one/project.yaml');

    expect(validated.stderr).toBe('');
    expect(validated.stdout).toMatch(/is valid: [12] flows?, [0-9]+ tasks/);
    expect(validated.code).toBe(0);

    const file = join(project.folder, 'new one', '.orchestrate/project.schema.json');
    const schema = JSON.parse(readFileSync(file, 'utf8')) as { properties: object };
    expect(Object.keys(schema.properties)).toContain('flows');
  });

  it('overwrites nothing and writes nothing beside what is there', async () => {
    using project = new Project({ 'table.mjs': 'mine' });
    const { code, stderr } = await project.call('init');

    expect(code).toBe(2);
    expect(stderr).toContain('CLI_FILE_EXISTS');
    expect(readFileSync(join(project.folder, 'table.mjs'), 'utf8')).toBe('mine');
    expect(existsSync(join(project.folder, 'project.yaml'))).toBe(false);
  });
});

describe('a call in a folder that was removed', () => {
  it('says so', () => {
    using project = new Project({});
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$@"';
    const words = ['-c', script, 'sh', ...COMMAND, 'status', '--json'];
    const { status, stdout, stderr } = spawnSync('sh', words, {
      cwd: project.folder,
      encoding: 'utf8',
    });

    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'CLI_FOLDER_GONE' } });
    expect(stderr).not.toContain('    at ');
  });
});

describe('validate', () => {
  it('shows every problem with its place, the line, a caret and the word meant', async () => {
    using project = new Project({
      'project.yaml':
        'name: demo\nlimit: { a: 1 }\nflows:\n  f:\n    tasks: { t: { rum: ["true"] } }\n',
    });
    const { code, stdout, stderr } = await project.call('validate');

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain('project.yaml:2:1 limit');
    expect(stderr).toContain('limits');
    expect(stderr).toContain('rum');
    expect(stderr).toMatch(/^ +\| +\^/m);
    expect(stderr).toContain('nothing was started');
  });

  it('gives the problems to a program', async () => {
    using project = new Project({ 'project.yaml': 'name: demo\nflows: 3\n' });
    const { code, stdout } = await project.call('validate', '--json');

    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      problems: [{ line: 2, severity: 'error' }],
    });
  });
});

describe('a defect', () => {
  it('is told in short, ends with 70, and leaves its stack in a file without secrets', async () => {
    using project = new Project({ 'project.yaml': 'name: x\n' });
    const file = join(project.folder, 'project.yaml');
    const error = new TypeError('x is not a function: hunter2');
    const path = writeCrashLog({
      error,
      version: '1.2.3',
      command: 'run',
      projectFile: file,
      redact: (text) => text.replaceAll('hunter2', '***'),
      at: Date.UTC(2026, 0, 2, 3, 4, 5),
    });

    expect(path).toBe(join(project.folder, '.orchestrate/crash-2026-01-02T03-04-05-000Z.log'));
    const text = readFileSync(path ?? '', 'utf8');
    expect(text).toContain('orchestrate 1.2.3 on node');
    expect(text).toContain('calls.test.ts');
    expect(text).not.toContain('hunter2');
    expect(reportError(error)).toBeUndefined();
  });

  it('is none when the system refuses something: a person can change that', () => {
    const error = Object.assign(new Error('EACCES: permission denied'), {
      code: 'EACCES',
      syscall: 'open',
      path: '/x/y',
    });

    expect(reportError(error)).toMatchObject({
      code: 'EACCES',
      message: 'open /x/y: permission denied',
    });
  });
});
