import { CONTRACT_VERSION } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { SMALL, Workspace } from '../project/workspace.ts';

const plugin = (fields: string) => `
export default { kind: 'backend', name: 'mine', contract: ${CONTRACT_VERSION}, create() {}, ${fields} };
`;
/** Enough of a schema for what is looked at before it is used. */
const CONFIG =
  'config: { _zod: { def: { type: "unknown" } }, safeParse: (value) => ({ success: true, data: value }) },';

function project(entries: string, rest = ''): string {
  return `${SMALL}plugins: [${entries}]\n${rest}`;
}

async function complaint(code: string): Promise<string | undefined> {
  using workspace = new Workspace({ 'project.yaml': project('./plugin.mjs'), 'plugin.mjs': code });
  const problems = await workspace.problems();
  return problems.map(({ message, hint }) => `${message} (${hint})`)[0];
}

describe('plugins', () => {
  it('are loaded from a file of the project', async () => {
    using workspace = new Workspace({
      'project.yaml': project('./plugin.mjs', 'backends: { b: { use: mine, any: 1 } }\n'),
      'plugin.mjs': plugin(CONFIG),
    });

    const loaded = await workspace.load();

    expect(loaded.backends.get('b')?.config).toEqual({ any: 1 });
    expect(loaded.plugins.map(({ from }) => from)).toContain('./plugin.mjs');
  });

  it('are loaded from a package installed for the project, several from one if it likes', async () => {
    using workspace = new Workspace({
      'project.yaml': project(
        '"@acme/both"',
        'backends: { b: { use: mine }, c: { use: other } }\ndefaults: { backend: b }\n',
      ),
      'node_modules/@acme/both/package.json':
        '{"name":"@acme/both","version":"1.2.3","type":"module","exports":{"default":"./index.js"}}',
      'node_modules/@acme/both/index.js': `const p = (name) => ({ kind: 'backend', name, contract: ${CONTRACT_VERSION}, create() {}, ${CONFIG} }); export default [p('mine'), p('other')];`,
    });

    const loaded = await workspace.load();

    expect([...loaded.backends.keys()]).toEqual(['b', 'c', 'local']);
    expect(loaded.plugins).toContainEqual(
      expect.objectContaining({ from: '@acme/both', version: '1.2.3' }),
    );
  });

  it('are not loaded unless they are listed', async () => {
    using workspace = new Workspace({
      'project.yaml': `${SMALL}backends: { b: { use: mine } }\n`,
      'node_modules/mine/package.json': '{"name":"mine","exports":{"default":"./index.js"}}',
      'node_modules/mine/index.js': 'throw new Error("was loaded")',
    });

    expect(await workspace.lines()).toEqual([
      expect.stringContaining(
        'there is no backend plugin "mine" (name the package that brings it under `plugins`',
      ),
    ]);
  });

  it.each([
    [
      'a newer contract',
      plugin(`${CONFIG} contract: 99`),
      `"./plugin.mjs" was written for plugin contract 99, this program has contract ${CONTRACT_VERSION} (update Orchestrate: npm install @orchestrate/cli@latest)`,
    ],
    [
      'an older contract',
      plugin(`${CONFIG} contract: 0`),
      `"./plugin.mjs" was written for plugin contract 0, this program has contract ${CONTRACT_VERSION} (update the plugin: npm install ./plugin.mjs@latest)`,
    ],
    [
      'no schema',
      plugin(''),
      '"./plugin.mjs" is not a plugin: its default export has no zod 4 schema as config (a plugin exports `definePlugin({ kind, name, contract, config, create })` as default)',
    ],
    [
      'no default export',
      'export const a = 1;',
      '"./plugin.mjs" is not a plugin: its default export has no plugin object (a plugin exports `definePlugin({ kind, name, contract, config, create })` as default)',
    ],
    [
      'an unknown kind',
      plugin(`${CONFIG} kind: 'scheduler'`),
      '"./plugin.mjs" is not a plugin: its default export has no kind (storage, backend or flow) (a plugin exports `definePlugin({ kind, name, contract, config, create })` as default)',
    ],
    [
      'an error at import',
      'throw new Error("no\\nluck")',
      '"./plugin.mjs" could not be loaded: no (see its README, or ask its authors)',
    ],
    [
      'the name of a built-in one',
      plugin(`${CONFIG} name: 'local'`),
      '"./plugin.mjs" and "@orchestrate/backend-local" both bring a backend called "local" (list only one of them)',
    ],
    [
      'an empty list',
      'export default [];',
      '"./plugin.mjs" exports an empty list of plugins (undefined)',
    ],
  ])('are refused with %s', async (_what, code, expected) => {
    expect(await complaint(code)).toBe(expected);
  });

  it('are refused when two have the same name', async () => {
    using workspace = new Workspace({
      'project.yaml': project('./a.mjs, ./b.mjs'),
      'a.mjs': plugin(CONFIG),
      'b.mjs': plugin(CONFIG),
    });

    expect(await workspace.lines()).toEqual([
      'project.yaml:6:20 plugins[1]: "./b.mjs" and "./a.mjs" both bring a backend called "mine" (list only one of them)',
    ]);
  });

  it('are told apart from packages whose code cannot be reached', async () => {
    using workspace = new Workspace({
      'project.yaml': project('esm-only, no-code'),
      'node_modules/esm-only/package.json': '{"name":"esm-only","exports":{"import":"./index.js"}}',
      'node_modules/no-code/package.json': '{"name":"no-code","main":"./gone.js"}',
    });

    expect(await workspace.lines()).toEqual([
      'project.yaml:6:11 plugins[0]: the package "esm-only" is there, but its code is not found (ERR_PACKAGE_PATH_NOT_EXPORTED) (the `exports` of its package.json need a "default" entry)',
      'project.yaml:6:21 plugins[1]: the package "no-code" is there, but its code is not found (MODULE_NOT_FOUND) (install it again: npm install no-code)',
    ]);
  });

  it('are said to be installed but not listed, when that is all that is missing', async () => {
    using workspace = new Workspace({
      'project.yaml': `${SMALL}backends: { b: { use: slurm } }\n`,
      'node_modules/@orchestrate/backend-slurm/package.json':
        '{"name":"@orchestrate/backend-slurm"}',
    });

    expect(await workspace.lines()).toEqual([
      'project.yaml:6:23 backends.b.use: there is no backend plugin "slurm" (add "@orchestrate/backend-slurm" to `plugins`)',
    ]);
  });

  it('may have a schema that throws, which is told as their defect', async () => {
    using workspace = new Workspace({
      'project.yaml': project('./plugin.mjs', 'backends: { b: { use: mine } }\n'),
      'plugin.mjs': plugin('config: { _zod: {}, safeParse() { throw new Error("oops") } },'),
    });

    expect(await workspace.lines()).toEqual([
      'project.yaml:7:16 backends.b: the backend plugin "mine" cannot check its options: oops (this is a defect of the plugin: tell its authors)',
    ]);
  });
});
