import { type JobSpec, jobKey, runIdFrom } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { K8sConfig, K8sJobOptions } from './config.ts';
import { jobManifest } from './job-manifest.ts';

interface Manifest {
  readonly metadata: { readonly name: string; readonly annotations: Record<string, string> };
  readonly spec: {
    readonly template: {
      readonly spec: Record<string, unknown> & {
        readonly containers: readonly Record<string, unknown>[];
      };
    };
  };
}

const key = jobKey(runIdFrom(new Uint8Array([1, 2, 3, 4, 5])), 7);

function manifest(job: Partial<JobSpec>, config: object = {}, options: object = {}): Manifest {
  return jobManifest({
    job: {
      key,
      name: 'f.a',
      work: { kind: 'command', argv: ['echo', '$(HOME)', 'a b'] },
      directory: '/data/p',
      environment: {},
      resources: {},
      logPath: '/data/p/log',
      ...job,
    },
    run: 'r',
    config: K8sConfig.parse({ image: 'tools:1', ...config }),
    options: K8sJobOptions.parse(options),
    owner: 'o',
    digest: 'd',
    anchor: { name: 'orchestrate-r', uid: 'u' },
    environment: { secret: 's', keys: new Map([['A', '0.0']]) },
  }) as Manifest;
}

const main = (made: Manifest) => made.spec.template.spec.containers[0] ?? {};

describe('a Job', () => {
  it('runs the words of a command as they are, in one stream', () => {
    expect(main(manifest({}))['command']).toEqual([
      '/bin/sh',
      '-c',
      'exec "$$@" 2>&1',
      'sh',
      'echo',
      '$$(HOME)',
      'a b',
    ]);
    expect(main(manifest({}, { shell: false }))['command']).toEqual(['echo', '$$(HOME)', 'a b']);
  });

  it('asks for what the job needs', () => {
    const resources = {
      cpus: 1.5,
      memoryBytes: 2 ** 30,
      gpus: 1,
      diskBytes: 1000,
      timeSeconds: 59.2,
    };
    const made = manifest({ resources }, { requests: { 'example.com/x': '1' } });

    const bounded = { memory: '1073741824', 'ephemeral-storage': '1000', 'nvidia.com/gpu': '1' };
    expect(main(made)['resources']).toEqual({
      requests: { cpu: '1500m', ...bounded, 'example.com/x': '1' },
      limits: bounded,
    });
    expect(made.spec.template.spec['activeDeadlineSeconds']).toBe(60);
  });

  it('holds no value of the environment', () => {
    const made = manifest({ environment: { A: 'hidden-word' } });

    expect(JSON.stringify(made)).not.toContain('hidden-word');
    expect(main(made)['env']).toEqual([
      { name: 'A', valueFrom: { secretKeyRef: { name: 's', key: '0.0' } } },
    ]);
  });

  it('is laid out by the backend, the task and their templates, in this order', () => {
    const made = manifest(
      { image: 'own:2' },
      {
        serviceAccount: 'a',
        nodeSelector: { x: '1', y: '1' },
        volumes: { work: { mountPath: '/data', nfs: { server: 's', path: '/' } } },
        sharedMemory: '2Gi',
        podTemplate: { spec: { hostNetwork: true, containers: [{ name: 'main', tty: true }] } },
      },
      {
        serviceAccount: 'b',
        nodeSelector: { y: '2' },
        podTemplate: { spec: { hostNetwork: false } },
      },
    );

    expect(made.spec.template.spec).toMatchObject({
      serviceAccountName: 'b',
      nodeSelector: { x: '1', y: '2' },
      hostNetwork: false,
      volumes: [
        { name: 'work', nfs: { server: 's', path: '/' } },
        { name: 'shared-memory', emptyDir: { medium: 'Memory', sizeLimit: '2Gi' } },
      ],
    });
    expect(main(made)).toMatchObject({ image: 'own:2', tty: true });
  });
});
