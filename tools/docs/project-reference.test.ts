import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import backendLocal from '@orchestrate/backend-local';
import storageLocal from '@orchestrate/storage-local';
import { expect, it } from 'vitest';
import { projectReference } from './project-reference.ts';

const root = join(import.meta.dirname, '..', '..');

it('finds the generated reference of the project file fresh', async () => {
  const files = await projectReference([storageLocal, backendLocal]);

  const written = Object.keys(files).map((name) => [name, readFileSync(join(root, name), 'utf8')]);

  // When this fails: node --conditions=@orchestrate/source tools/docs/generate-schema.ts
  expect(Object.fromEntries(written)).toEqual(files);
});

it('names every option of a plugin with its type and meaning', async () => {
  const { 'docs/reference/options.md': page } = await projectReference([storageLocal]);

  expect(page).toContain('## Storage `local`');
  expect(page).toMatch(
    /^\| `path` \| string \| Folder that holds the objects.* Default: `"\."`\. \|$/m,
  );
});
