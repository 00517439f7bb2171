import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import backendLocal from '@orchestrate/backend-local';
import {
  type Builtin,
  isProjectProblems,
  loadProject,
  planProject,
  renderProblems,
} from '@orchestrate/engine';
import storageLocal from '@orchestrate/storage-local';
import { describe, expect, it } from 'vitest';
import { allPages, type CodeBlock, codeBlocks, repository } from './markdown.ts';

/** What the command brings along without any line in the file. */
const BUILTINS: readonly Builtin[] = [storageLocal, backendLocal].map((plugin) => ({
  kind: plugin.kind,
  name: plugin.name,
  package: `@orchestrate/${plugin.kind}-${plugin.name}`,
  load: async () => plugin,
}));

/** Whole projects: YAML that begins with a name. Those of the examples are run by tests of their own. */
const pages = allPages().filter((page) => !page.startsWith('examples/'));

const projects = pages.flatMap((page) =>
  codeBlocks(page).filter(({ language, text }) => language === 'yaml' && text.startsWith('name: ')),
);

/** Files a project on a page needs: those the page writes, and empty ones that a hidden `<!-- with FILES -->` names. */
function filesFor({ page, note }: CodeBlock): Map<string, string> {
  const written = codeBlocks(page).flatMap(({ note: other, text }): [string, string][] =>
    other.startsWith('write ') ? [[other.slice('write '.length), text]] : [],
  );
  const named = note.startsWith('with ') ? note.slice('with '.length).split(' ') : [];
  return new Map([...written, ...named.map((name): [string, string] => [name, ''])]);
}

/** Loads and plans a project; gives the problems found, as a person would see them. */
async function problemsOf(project: CodeBlock): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'orchestrate-docs-'));
  try {
    // Where plugins are installed.
    symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
    const files = filesFor(project).set('project.yaml', project.text);
    for (const [name, text] of files) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const names = [...project.text.matchAll(/\$\{secret:(\w+)\}/g)].map(([, name]) => name);
    const env = Object.fromEntries(names.map((name) => [`ORCHESTRATE_SECRET_${name}`, 'secret']));
    const loaded = await loadProject({
      file: 'project.yaml',
      cwd: folder,
      env,
      builtins: BUILTINS,
    });
    const { tasks } = await planProject(loaded);
    return tasks > 0 ? '' : 'no tasks';
  } catch (error) {
    if (isProjectProblems(error)) return renderProblems(error.problems);
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

describe('projects on pages', () => {
  it('are found', () => {
    expect(projects.length).toBeGreaterThan(12);
    expect(projects.map(({ page }) => page)).toContain('README.md');
  });

  it.each(projects)('of $page, line $line, can be loaded and planned', async (project) => {
    expect(await problemsOf(project)).toBe('');
  });

  it('are refused when something is wrong with them', async () => {
    const [project] = projects;
    const broken = { page: 'README.md', line: 1, language: 'yaml', note: '', ...project };

    expect(await problemsOf({ ...broken, text: 'name: x\nflow: {}\n' })).toContain('did you mean');
  });
});
