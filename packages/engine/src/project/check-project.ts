import type { Json, JsonObject } from '@orchestrate/core';
import type { Checking } from './check-config.ts';
import { checkFlows, checkName, LEADER } from './check-flows.ts';
import { checkProviders, hasProvider } from './check-providers.ts';
import { checkRecords } from './check-records.ts';
import { checkReferences } from './check-references.ts';
import type { CacheSettings, LoadedProject, RunSettings } from './loaded-project.ts';
import { plainOf, withoutKeys } from './plain.ts';
import type { ProjectReferences } from './project-references.ts';
import { ONCE, ProjectFile } from './project-schema.ts';
import { scanProject } from './scan.ts';
import { explainIssues } from './schema-issues.ts';
import { spotAt } from './tree.ts';

/** What is known of a project once all of it has been checked. */
export interface CheckedProject
  extends Pick<
    LoadedProject,
    | 'name'
    | 'effective'
    | 'storages'
    | 'backends'
    | 'defaultBackend'
    | 'settings'
    | 'cache'
    | 'records'
    | 'limits'
    | 'flows'
  > {
  /** Names of the profiles in the file. */
  readonly profiles: readonly string[];
  /** `path=form` of every number that was not written as JSON writes it. */
  readonly writtenForms: readonly string[];
}

/** Checks everything that can be checked without making anything. */
export async function checkProject(
  checking: Checking,
  references: ProjectReferences,
): Promise<CheckedProject | undefined> {
  const { root, registry, problems } = checking;
  const plain = asMap(plainOf(root));
  const shared = checkShared(checking, plain);
  await addPlugins(checking, plain['plugins']);
  const [storage, backendEntries] = [asMap(plain['storage']), asMap(plain['backends'])];
  const storages = await checkProviders(checking, 'storage', 'storage', storage);
  const backends = await checkProviders(checking, 'backend', 'backends', backendEntries);
  const names = [
    ...new Set([
      ...Object.keys(backendEntries),
      ...registry.namesOf('backend').filter((name) => name === 'local'),
    ]),
  ];
  if (Object.hasOwn(backendEntries, LEADER)) {
    const path = ['backends', LEADER];
    problems.error(
      spotAt(root, path, 'key'),
      path,
      'this name is taken: it means the leading process',
      'choose another name',
    );
  }
  const wanted = asMap(plain['defaults'])['backend'];
  checkName(checking, ['defaults', 'backend'], wanted, names, 'backend');
  const defaultBackend = defaultOf(wanted, Object.keys(backendEntries));
  if (defaultBackend === undefined) reportUnplaced(checking, asMap(plain['flows']));
  else if (
    !hasProvider(checking, 'backend', backendEntries, defaultBackend) &&
    wanted === undefined
  ) {
    problems.error(root.at, ['backends'], 'there is no backend', 'name one under `backends`');
  }
  const flows = await checkFlows(checking, asMap(plain['flows']), { backends: names });
  const scan = scanProject(root);
  checkReferences(scan, references, defaultBackend ?? '', problems);
  const records = checkRecords(checking, shared?.records, storage);
  if (shared === undefined || defaultBackend === undefined) return undefined;
  const effective = withoutKeys(plain, ['$schema', 'profiles', 'include']);
  return {
    name: shared.name,
    effective,
    writtenForms: scan.writtenForms,
    storages,
    backends,
    defaultBackend,
    settings: settingsOf(shared.run),
    cache: cacheOf(shared.cache),
    ...(records === undefined ? {} : { records }),
    limits: shared.limits ?? {},
    flows,
    profiles: Object.keys(shared.profiles ?? {}),
  };
}

function checkShared({ root, problems }: Checking, plain: JsonObject): ProjectFile | undefined {
  const result = ProjectFile.safeParse(plain, ONCE);
  if (result.success) return result.data;
  for (const one of explainIssues(result.error.issues, { schema: ProjectFile, node: root })) {
    problems.error(spotAt(root, one.path, one.point), one.path, one.message, one.hint);
  }
  return undefined;
}

async function addPlugins(
  { root, registry, problems }: Checking,
  entries: Json | undefined,
): Promise<void> {
  const list: readonly Json[] = Array.isArray(entries) ? entries : [];
  const seen = new Set<string>();
  for (const [index, entry] of list.entries()) {
    if (typeof entry !== 'string' || seen.has(entry)) continue;
    seen.add(entry);
    const complaint = await registry.add(entry);
    const path = ['plugins', index];
    if (complaint !== undefined)
      problems.error(spotAt(root, path), path, complaint.message, complaint.hint);
  }
}

/** The backend for work that names none; `undefined` where that would be a guess. */
function defaultOf(wanted: Json | undefined, written: readonly string[]): string | undefined {
  if (typeof wanted === 'string') return wanted;
  if (written.length === 1) return written[0];
  return written.length === 0 || written.includes('local') ? 'local' : undefined;
}

/** With several backends and no default, every flow has to choose. */
function reportUnplaced({ root, problems }: Checking, flows: JsonObject): void {
  for (const [name, flow] of Object.entries(flows)) {
    if (asMap(flow)['backend'] !== undefined) continue;
    const path = ['flows', name];
    const message = 'names no backend, and the project has several';
    problems.error(
      spotAt(root, path, 'key'),
      path,
      message,
      'add `backend:`, or `defaults: { backend: ... }` for all flows',
    );
  }
}

function settingsOf(run: ProjectFile['run']): RunSettings {
  return {
    keepGoing: run?.keepGoing ?? true,
    ...(run?.patience === undefined ? {} : { patienceSeconds: run.patience }),
    ...(run?.staging === undefined ? {} : { staging: run.staging }),
  };
}

function cacheOf({ folder, size }: ProjectFile['cache']): CacheSettings {
  return { maxBytes: size, ...(folder === undefined ? {} : { folder }) };
}

function asMap(value: Json | undefined): JsonObject {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  return isMap ? (value as JsonObject) : {};
}
