import storageLocal from '@orchestrate/storage-local';
import { expect, it } from 'vitest';
import { staleReference } from './generate-schema.ts';
import { projectReference } from './project-reference.ts';

it('finds the generated reference of the project file fresh', async () => {
  const stale = await staleReference();

  // When this fails: node --conditions=@orchestrate/source tools/docs/generate-schema.ts
  expect([...stale.keys()]).toEqual([]);
});

it('names every option of a plugin with its type and meaning', async () => {
  const { 'docs/reference/options.md': page } = await projectReference([storageLocal]);

  expect(page).toContain('## Storage `local`');
  expect(page).toMatch(
    /^\| `path` \| string \| Folder that holds the objects.* Default: `"\."`\. \|$/m,
  );
});
