import { hash } from 'node:crypto';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ComputeBackend,
  canonicalJson,
  type Storage,
  silentLogger,
  type TaskSet,
  type TaskSpec,
} from '@orchestrate/core';
import { z } from 'zod';
import { realClock } from '../../src/drive/real-time.ts';
import type { RunRequest } from '../../src/drive/run-types.ts';
import type { LoadedProject } from '../../src/project/loaded-project.ts';
import type { References } from '../../src/project/references.ts';
import { DiskStorage } from './disk-storage.ts';

/** References whose secrets are given; values are redacted wherever they appear. */
export function referencesTo(secrets: Readonly<Record<string, string>> = {}): References {
  const given = new Set<string>();
  const resolve = (text: string): string =>
    text.replaceAll(/\$\{(env|secret):(\w+)\}/g, (_, kind: string, name: string) => {
      const value = secrets[name] ?? '';
      if (kind === 'secret') given.add(value);
      return value;
    });
  const redact = (text: string): string =>
    [...given].reduce((clean, value) => clean.replaceAll(value, '***'), text);
  return {
    resolve,
    redact,
    resolveDeep: (value) => JSON.parse(resolve(JSON.stringify(value))) as typeof value,
    hasSecret: (text) => text.includes('${secret:'),
    async *redactStream(pieces) {
      let text = '';
      for await (const piece of pieces) text += Buffer.from(piece).toString('utf8');
      yield Buffer.from(redact(text));
    },
    get secretValues() {
      return [...given];
    },
  };
}

/** A folder that is removed again. */
export class ProjectFolder implements Disposable {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'engine-')));
  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A set whose digest follows from its specs, as a flow would make it. */
export function setOf(
  name: string,
  specs: readonly TaskSpec[],
  more: Partial<TaskSet> & { readonly labels?: readonly string[] } = {},
): TaskSet {
  const { labels, ...rest } = more;
  return {
    name,
    size: specs.length,
    digest: hash('sha256', canonicalJson([specs, labels ?? []]), 'hex'),
    label: (index) => labels?.[index] ?? (specs.length === 1 ? '' : `${index}`),
    spec: (index) => specs[index] ?? { work: { kind: 'command', argv: ['none'] } },
    ...rest,
  };
}

/** Everything a run needs, for sets made by a test. */
export function requestFor(
  folder: ProjectFolder,
  sets: readonly TaskSet[],
  more: {
    readonly backend: ComputeBackend;
    readonly references?: References;
    readonly storages?: ReadonlyMap<string, Storage>;
    readonly limits?: Readonly<Record<string, number>>;
  },
): RunRequest {
  const loaded: LoadedProject = {
    name: 'project',
    directory: folder.path,
    file: join(folder.path, 'project.yaml'),
    effective: { name: 'project' },
    digest: 'd',
    storages: new Map(),
    backends: new Map([['here', { name: 'here', plugin: NO_PLUGIN, config: {} }]]),
    defaultBackend: 'here',
    cache: { maxBytes: 1e9 },
    settings: { keepGoing: true },
    limits: more.limits ?? {},
    flows: [
      {
        name: 'flow',
        plugin: {
          kind: 'flow',
          name: 'test',
          contract: 1,
          config: NO_PLUGIN.config,
          create: () => ({ plan: () => ({ sets }) }),
        },
        config: {},
        needs: [],
      },
    ],
    references: more.references ?? referencesTo(),
    warnings: [],
  };
  return {
    loaded,
    providers: {
      storages: more.storages ?? new Map([['local', new DiskStorage(folder.path)]]),
      backends: new Map([['here', more.backend]]),
    },
    log: silentLogger,
    clock: realClock,
  };
}

const NO_PLUGIN = {
  kind: 'backend',
  name: 'test',
  contract: 1,
  config: z.strictObject({}),
  create: () => {
    throw new TypeError('providers are given');
  },
} as const;
