import { expect, it } from 'vitest';
import { seedSettings } from './seeded-workspace.ts';
import { checkSources } from './source-rules.ts';
import { repositoryRoot } from './tree.ts';

const NAME = 'name the file or folder for what it holds';
const SHELL = 'no shell option: give an argv array';
const EXEC = 'exec starts a shell: use spawn or execFile with an argv array';

it('finds nothing in this repository', () => {
  const { looked, findings } = checkSources(repositoryRoot);

  expect(findings).toEqual([]);
  expect(looked).toBeGreaterThan(40);
});

it.each([
  ['packages/cli/src/utils.ts', 'export {};', NAME],
  ['packages/cli/src/helpers/table.ts', 'export {};', NAME],
  ['packages/core/src/types.ts', 'export {};', NAME],
  ['tools/common/table.ts', 'export {};', NAME],
  ['packages/runner/src/a.ts', "spawn('ls', [], { shell: true });", SHELL],
  ['packages/runner/src/a.ts', "const options = { shell: '/bin/sh' };", SHELL],
  ['packages/runner/src/a.ts', "childProcess.exec('ls');", EXEC],
  ['test/a.test.ts', "child_process.execSync('ls');", EXEC],
])('refuses %s: %s', (file, text, message) => {
  using workspace = seedSettings({ [file]: `${text}\n` });

  expect(checkSources(workspace.root).findings).toEqual([{ file, message }]);
});

it('leaves alone what only looks alike', () => {
  using workspace = seedSettings({
    'packages/cli/src/type-table.ts':
      "spawn('ls', [], { shell: false });\nexport const match = /a/.exec('a');\nconst task = { shell: text };\nconst work = { kind: 'shell', script: 'true', shell: 'sh' };\n",
  });

  expect(checkSources(workspace.root).findings).toEqual([]);
});
