import { expect, it } from 'vitest';
import { seedSettings } from './seeded-workspace.ts';
import { checkTraces } from './traces.ts';
import { repositoryRoot } from './tree.ts';

// Put together here, so that this file is not itself a finding.
const SLASH = '/';
const COLON = ':';

it('finds nothing in this repository', () => {
  const { looked, findings } = checkTraces(repositoryRoot);

  expect(findings).toEqual([]);
  expect(looked).toBeGreaterThan(100);
});

it.each([
  `cd ${SLASH}work/main`,
  `"${SLASH}root/.ssh/id"`,
  `see ${SLASH}home/somebody/data`,
  `(${SLASH}Users/somebody/data)`,
  `https:${SLASH}/${['registry', 'npmjs', 'org'].join('.')}/zod`,
  `http:${SLASH}/npm-registry.internal.example:4873/`,
  `"resolved"${COLON} "https:${SLASH}/mirror.example/zod-4.6.7.tgz"`,
])('refuses %s', (text) => {
  using workspace = seedSettings({ 'docs/page.md': `A line.\n${text}\n` });

  expect(checkTraces(workspace.root).findings).toMatchObject([{ file: 'docs/page.md' }]);
});

it('leaves alone what only looks alike', () => {
  const text = [
    `..${SLASH}work/out`,
    `\${dir}${SLASH}work/out`,
    'registry.plugins.get(name)',
    `${SLASH}scratch/me/orchestrate`,
    `https:${SLASH}/json-schema.org/draft`,
  ];
  using workspace = seedSettings({ 'docs/page.md': text.join('\n') });

  expect(checkTraces(workspace.root).findings).toEqual([]);
});
