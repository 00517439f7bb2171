import { existsSync } from 'node:fs';
import {
  CONTRACT_VERSION,
  type ComputeBackend,
  definePlugin,
  type PluginContext,
  type Storage,
  silentLogger,
} from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { composeProject, composeRun } from '../../src/wiring/compose.ts';
import { Scope } from '../../src/wiring/scope.ts';
import { token } from '../../src/wiring/token.ts';
import { T } from '../../src/wiring/tokens.ts';
import { builtin, SMALL, Workspace } from '../project/workspace.ts';

const A = token<{ name: string }>('a');
const B = token<{ name: string }>('b');

function closing(name: string, log: string[]) {
  return {
    name,
    [Symbol.asyncDispose]: async () => {
      log.push(name);
    },
  };
}

describe('Scope', () => {
  it('makes a thing when it is first asked for, and once', () => {
    const scope = Scope.root();
    let made = 0;
    scope.provide(A, () => ({ name: `a${++made}` }));

    expect(made).toBe(0);
    expect(scope.get(A)).toBe(scope.get(A));
    expect(made).toBe(1);
  });

  it('disposes of what it made, the last made first, and of nothing it did not make', async () => {
    const log: string[] = [];
    const scope = Scope.root();
    scope.provide(A, () => closing('a', log));
    scope.provide(B, () => closing(`b after ${scope.get(A).name}`, log));
    scope.provide(token('c'), () => closing('c', log));

    scope.get(B);
    await scope[Symbol.asyncDispose]();

    expect(log).toEqual(['b after a', 'a']);
  });

  it('keeps what a child asked for when the child goes', async () => {
    const log: string[] = [];
    const parent = Scope.root();
    parent.provide(A, () => closing('a', log));
    const child = parent.child();
    child.provide(B, () => closing('b', log));

    const thing = child.get(A);
    child.get(B);
    await child[Symbol.asyncDispose]();

    expect(log).toEqual(['b']);
    expect(parent.get(A)).toBe(thing);
  });

  it('lets a child provide its own, unseen by the parent and by other children', () => {
    const parent = Scope.root();
    parent.provide(A, () => ({ name: 'parent' }));
    const child = parent.child();
    child.provide(A, () => ({ name: 'child' }));

    expect([child, parent, parent.child()].map((scope) => scope.get(A).name)).toEqual([
      'child',
      'parent',
      'parent',
    ]);
  });

  it('refuses what is provided twice, and what is not provided', () => {
    const scope = Scope.root();
    scope.provide(A, () => ({ name: 'a' }));

    expect(() => scope.provide(A, () => ({ name: 'b' }))).toThrow(
      expect.objectContaining({ code: 'WIRING_DUPLICATE' }),
    );
    expect(() => scope.get(B)).toThrow(expect.objectContaining({ code: 'WIRING_MISSING' }));
  });
});

/** A provider that does nothing but remember how it was made and that it was closed. */
function recording<P>(log: string[], name: string): P {
  return { traits: {}, [Symbol.asyncDispose]: async () => void log.push(`closed ${name}`) } as P;
}

function world(log: string[], seen: unknown[] = []) {
  const create = (kind: string) => (config: unknown, context: PluginContext) => {
    log.push(`made ${kind} ${context.name}`);
    seen.push(config, existsSync(context.stateDirectory));
    return context.name === 'broken'
      ? Promise.reject(new Error('no route to hunter22'))
      : undefined;
  };
  const config = z.strictObject({
    token: z.string().optional(),
    host: z
      .string()
      .regex(/^[a-z.]+$/, 'expected the name of a host')
      .optional(),
  });
  const storage = definePlugin({
    kind: 'storage',
    name: 'local',
    contract: CONTRACT_VERSION,
    config,
    create: async (options, context): Promise<Storage> => {
      await create('storage')(options, context);
      return recording(log, context.name);
    },
  });
  const backend = definePlugin({
    kind: 'backend',
    name: 'local',
    contract: CONTRACT_VERSION,
    config,
    create: async (options, context): Promise<ComputeBackend> => {
      await create('backend')(options, context);
      return recording(log, context.name);
    },
  });
  const flow = definePlugin({
    kind: 'flow',
    name: 'inline',
    contract: CONTRACT_VERSION,
    config: z.unknown(),
    create: () => ({ plan: () => ({ sets: [] }) }),
  });
  return [builtin(storage), builtin(backend), builtin(flow)];
}

const FILE = `${SMALL}backends: { a: { use: local, token: "$\{secret:KEY}" }, broken: { use: local }, unused: { use: local } }
storage: { s: { use: local } }
defaults: { backend: a }
`;
const env = { ORCHESTRATE_SECRET_KEY: 'hunter22' };
const surroundings = {
  log: silentLogger,
  clock: { now: () => 0, monotonic: () => 0 },
  random: () => 0.5,
  timers: { at: () => ({ [Symbol.dispose]() {} }) },
};

describe('composeProject', () => {
  it('makes only the providers asked for, with references resolved, and closes them in reverse order', async () => {
    const log: string[] = [];
    const seen: unknown[] = [];
    using workspace = new Workspace({ 'project.yaml': FILE });
    const loaded = await workspace.load({ builtins: world(log, seen), env });

    await using project = composeProject(loaded, surroundings);
    const providers = await project
      .get(T.providers)
      .open({ storages: ['s', 'local'], backends: ['a'] });
    await project[Symbol.asyncDispose]();

    expect([...providers.storages.keys(), ...providers.backends.keys()]).toEqual([
      's',
      'local',
      'a',
    ]);
    expect(log).toEqual([
      'made storage s',
      'made storage local',
      'made backend a',
      'closed a',
      'closed local',
      'closed s',
    ]);
    expect(seen).toEqual([{}, true, {}, true, { token: 'hunter22' }, true]);
    expect(loaded.backends.get('a')?.config).toEqual({ token: '${secret:KEY}' });
  });

  it('closes one whose methods are bound to it', async () => {
    const log: string[] = [];
    const bound = definePlugin({
      kind: 'storage',
      name: 'local',
      contract: CONTRACT_VERSION,
      config: z.unknown(),
      create: (_options, context) => {
        const storage = recording<Storage>(log, context.name);
        return Object.assign(storage, {
          [Symbol.asyncDispose]: storage[Symbol.asyncDispose].bind(storage),
        });
      },
    });
    using workspace = new Workspace({ 'project.yaml': FILE });
    const builtins = [builtin(bound), ...world(log).slice(1)];
    await using project = composeProject(await workspace.load({ builtins, env }), surroundings);

    await project.get(T.providers).storage('s');
    await project[Symbol.asyncDispose]();

    expect(log).toEqual(['closed s']);
  });

  it('makes a provider once for everybody', async () => {
    using workspace = new Workspace({ 'project.yaml': FILE });
    await using project = composeProject(
      await workspace.load({ builtins: world([]), env }),
      surroundings,
    );
    const pool = project.get(T.providers);

    const [one, other] = await Promise.all([pool.backend('a'), pool.backend('a')]);

    expect(one).toBe(other);
  });

  it('tells what could not be made, without secrets, and which name is unknown', async () => {
    using workspace = new Workspace({ 'project.yaml': FILE });
    await using project = composeProject(
      await workspace.load({ builtins: world([]), env }),
      surroundings,
    );
    const pool = project.get(T.providers);

    await expect(pool.backend('broken')).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      message: 'backend "broken" could not be made: no route to ***',
    });
    await expect(async () => pool.storage('loca')).rejects.toMatchObject({
      code: 'PROVIDER_UNKNOWN',
      message: 'there is no storage "loca"; did you mean "local"?',
    });
  });

  it('checks an option with the value of its reference when there is one, and not before', async () => {
    const entry = `backends: { good: { use: local, host: "$\{env:GOOD}" }, bad: { use: local, host: "$\{secret:BAD}" } }`;
    using workspace = new Workspace({
      'project.yaml': `${SMALL}${entry}\ndefaults: { backend: good }\n`,
    });
    const seen: unknown[] = [];
    const values = { GOOD: 'login.example', ORCHESTRATE_SECRET_BAD: '-oProxyCommand' };
    const loaded = await workspace.load({ builtins: world([], seen), env: values });
    await using project = composeProject(loaded, surroundings);
    const pool = project.get(T.providers);

    await pool.backend('good');
    expect(seen[0]).toEqual({ host: 'login.example' });
    await expect(async () => pool.backend('bad')).rejects.toMatchObject({
      code: 'PROVIDER_FAILED',
      message: 'backend "bad" with its references resolved: host: expected the name of a host',
    });
  });

  it('gives every run a scope of its own below the project', async () => {
    using workspace = new Workspace({ 'project.yaml': FILE });
    await using project = composeProject(
      await workspace.load({ builtins: world([]), env }),
      surroundings,
    );
    await using run = composeRun(project, 'abcdefgh' as never);

    expect(run.get(T.run)).toBe('abcdefgh');
    expect(run.get(T.providers)).toBe(project.get(T.providers));
    expect(run.get(T.runLog)).toBe(silentLogger);
    expect(() => project.get(T.run)).toThrow(expect.objectContaining({ code: 'WIRING_MISSING' }));
  });
});
