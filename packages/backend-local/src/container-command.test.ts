import type { JobKey, JobSpec } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import {
  apptainerImage,
  type ContainerRuntime,
  containerCommand,
  outermost,
} from './container-command.ts';

const JOB: JobSpec = {
  key: 'abcdefgh-1' as JobKey,
  name: 'a; rm -rf /',
  work: { kind: 'command', argv: ['python', '-c', 'print("$HOME")'] },
  image: 'docker.io/library/python:3.13',
  directory: '/project/a,b',
  environment: { TOKEN: 'planted-secret', MODE: 'x y' },
  resources: { cpus: 2, memoryBytes: 2 ** 30 },
  logPath: '/project/log',
};
const ARGV = ['python', '-c', 'print("$HOME")'];

function runtime(name: ContainerRuntime['runtime'], userId = 1000): ContainerRuntime {
  return {
    runtime: name,
    program: `/usr/bin/${name}`,
    userId,
    groupId: 100,
    init: ['--init'],
  };
}

describe('containerCommand', () => {
  it.each(['podman', 'docker', 'apptainer'] as const)(
    'keeps values out of the arguments of %s',
    (name) => {
      const { args, environment } = containerCommand(runtime(name), JOB, ARGV, ['/project']);

      expect(args.join(' ')).not.toContain('planted-secret');
      expect(Object.values(environment)).toContain('planted-secret');
    },
  );

  it('runs the program in place of the entry point of the image, with podman', () => {
    const { program, args } = containerCommand(runtime('podman'), JOB, ARGV, ['/data']);

    expect(program).toBe('/usr/bin/podman');
    expect(args).toEqual([
      'run',
      '--rm',
      '--init',
      '--log-driver=none',
      '--security-opt=label=disable',
      '--name=abcdefgh-1',
      '--workdir=/project/a,b',
      '--userns=keep-id',
      '--cpus=2',
      '--memory=1073741824b',
      '--mount',
      'type=bind,source=/data,target=/data',
      '--mount',
      'type=bind,"source=/project/a,b","target=/project/a,b"',
      '--env=ORCHESTRATE_JOB',
      '--env=TOKEN',
      '--env=MODE',
      '--entrypoint=python',
      'docker.io/library/python:3.13',
      '-c',
      'print("$HOME")',
    ]);
  });

  it('keeps variables for the job from the program that starts the container', () => {
    const environment = { PATH: '/opt/bin', CONTAINERS_CONF: '/x', TOKEN: 'planted-secret' };
    const command = containerCommand(runtime('podman'), { ...JOB, environment }, ARGV, []);

    expect(command.environment).toEqual({ TOKEN: 'planted-secret' });
    expect(command.args).toEqual(
      expect.arrayContaining(['--env=PATH=/opt/bin', '--env=CONTAINERS_CONF=/x', '--env=TOKEN']),
    );
  });

  it('writes files as the user who started it, with docker', () => {
    const { args } = containerCommand(runtime('docker'), JOB, ARGV, []);

    expect(args).toContain('--user=1000:100');
    expect(containerCommand(runtime('podman', 0), JOB, ARGV, []).args).not.toContain(
      '--userns=keep-id',
    );
  });

  it('hands variables on by the names apptainer looks for', () => {
    const command = containerCommand(runtime('apptainer'), JOB, ARGV, ['/project']);

    expect(command.environment).toEqual({
      APPTAINERENV_ORCHESTRATE_JOB: 'abcdefgh-1',
      APPTAINERENV_TOKEN: 'planted-secret',
      APPTAINERENV_MODE: 'x y',
    });
    expect(command.args).toEqual([
      'exec',
      '--cleanenv',
      '--mount',
      'type=bind,source=/project,target=/project',
      '--pwd=/project/a,b',
      'docker://docker.io/library/python:3.13',
      ...ARGV,
    ]);
  });
});

it('binds a folder once, with all that lies inside it', () => {
  expect(outermost(['/a/b', '/a', '/ab', '/a', '/c/d'])).toEqual(['/a', '/ab', '/c/d']);
});

it.each([
  ['python:3', 'docker://python:3'],
  ['library://x/y', 'library://x/y'],
  ['/images/x.sif', '/images/x.sif'],
  ['x.sif', 'x.sif'],
])('asks apptainer for %s as %s', (image, asked) => {
  expect(apptainerImage(image)).toBe(asked);
});
