import { expect, it } from 'vitest';
import { checkErrorDocs, ERROR_PAGE } from './error-docs.ts';
import { seedSettings } from './seeded-workspace.ts';
import { repositoryRoot } from './tree.ts';

const TABLE = `export const errors = errorsOf({
  PLAN_CYCLE: { retry: 'never', hint: 'Remove a need.' },
  STORE_BUSY: { retry: 'later', hint: 'Wait.' },
} as const);
`;

it('finds every code of this repository explained', () => {
  const { looked, findings } = checkErrorDocs(repositoryRoot);

  expect(findings).toEqual([]);
  expect(looked).toBeGreaterThan(0);
});

it('refuses a code that the page does not explain', () => {
  using workspace = seedSettings({
    'packages/engine/src/errors.ts': TABLE,
    [ERROR_PAGE]: '| code | hint |\n| --- | --- |\n| `PLAN_CYCLE` | Remove a need. |\n',
  });

  expect(checkErrorDocs(workspace.root).findings).toEqual([
    {
      file: 'packages/engine/src/errors.ts',
      message: `STORE_BUSY is not explained in ${ERROR_PAGE}`,
    },
  ]);
});

it('refuses a code on the page that no table has', () => {
  using workspace = seedSettings({
    'packages/engine/src/errors.ts': TABLE,
    [ERROR_PAGE]: '## PLAN_CYCLE\n\n## `STORE_BUSY`\n\n## STORE_GONE\n',
  });

  expect(checkErrorDocs(workspace.root).findings).toEqual([
    { file: ERROR_PAGE, message: 'STORE_GONE is in no error table' },
  ]);
});

it('refuses every code while there is no page', () => {
  using workspace = seedSettings({ 'packages/engine/src/errors.ts': TABLE });

  expect(checkErrorDocs(workspace.root).findings).toHaveLength(2);
});
