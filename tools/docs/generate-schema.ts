/**
 * Writes what is generated in the documentation: the JSON schema of the project file and the page of all options, from the
 * schemas of the engine and of the plugins in this repository; the option tables in the plugins' READMEs; the index of error
 * codes. With `--check`, only says whether they are fresh: exit code 1 when they are not.
 *
 * Usage: node --conditions=@orchestrate/source tools/docs/generate-schema.ts [--check]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import backendK8s from '@orchestrate/backend-k8s';
import backendLocal from '@orchestrate/backend-local';
import backendSlurm from '@orchestrate/backend-slurm';
import flowsEnsemble from '@orchestrate/flows-ensemble';
import { stepSchemas } from '@orchestrate/steps';
import storageAzure from '@orchestrate/storage-azure';
import storageGcs from '@orchestrate/storage-gcs';
import storageLocal from '@orchestrate/storage-local';
import { errorIndex } from './error-index.ts';
import { optionTables, projectReference, schemaTable } from './project-reference.ts';
import { withSection } from './readme-section.ts';

const root = join(import.meta.dirname, '..', '..');

function current(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // not written yet, so not fresh
  }
}

/** Generated files whose text in the repository is not what would be written now: name -> new text. */
export async function staleReference(): Promise<ReadonlyMap<string, string>> {
  const readmes = {
    'packages/storage-local/README.md': storageLocal,
    'packages/storage-gcs/README.md': storageGcs,
    'packages/storage-azure/README.md': storageAzure,
    'packages/backend-local/README.md': backendLocal,
    'packages/backend-k8s/README.md': backendK8s,
    'packages/backend-slurm/README.md': backendSlurm,
    'packages/flows-ensemble/README.md': flowsEnsemble,
  };
  const files: Record<string, string> = {
    ...(await projectReference(Object.values(readmes))),
    'docs/reference/errors.md': errorIndex(join(root, 'docs', 'reference', 'errors')),
  };
  for (const [name, plugin] of Object.entries(readmes)) {
    files[name] = [...(await optionTables(plugin))].reduce(
      (page, [form, table]) => withSection(page, `options ${form}`.trim(), table),
      current(join(root, name)),
    );
  }
  const steps = 'packages/steps/README.md';
  files[steps] = Object.entries(stepSchemas).reduce(
    (page, [name, schema]) => withSection(page, name, schemaTable(schema)),
    current(join(root, steps)),
  );
  const stale = Object.entries(files).filter(([name, text]) => current(join(root, name)) !== text);
  return new Map(stale);
}

function write(name: string, text: string): void {
  const file = join(root, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  process.stdout.write(`wrote ${name}\n`);
}

if (import.meta.main) {
  const stale = await staleReference();
  const check = process.argv.includes('--check');
  for (const [name, text] of stale) {
    if (check) process.stderr.write(`${name} is out of date: run this without --check\n`);
    else write(name, text);
  }
  if (check && stale.size > 0) process.exitCode = 1;
}
