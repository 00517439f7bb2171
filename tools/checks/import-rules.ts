import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { type ModuleReference, moduleReferences, parse } from './syntax.ts';
import {
  type Finding,
  isTestFile,
  listPackages,
  listSources,
  type Report,
  readManifest,
  readText,
} from './tree.ts';

const SCOPE = '@orchestrate/';

/** What a package may import of ours. Names are folder names under `packages/`. */
interface Allowance {
  /** At any time. */
  readonly always: readonly string[];
  /** In tests only, as a dev dependency. */
  readonly inTests: readonly string[];
  /** Through `import()` only, so that nothing is loaded that is not used. */
  readonly lazily: readonly string[];
}

const PLUGIN: Allowance = { always: ['core'], inTests: ['testkit'], lazily: [] };

/** Packages that are not plain plugins. Everything else under `packages/` is one and gets {@link PLUGIN}. */
const ALLOWANCES: Readonly<Record<string, Allowance>> = {
  core: { always: [], inTests: [], lazily: [] },
  testkit: { always: ['core'], inTests: [], lazily: [] },
  runner: PLUGIN,
  // Only runs with storages elsewhere need it.
  engine: { ...PLUGIN, lazily: ['staging'] },
  staging: PLUGIN,
  cli: {
    always: ['core', 'engine'],
    inTests: ['testkit'],
    // Of flows-ensemble only the types: its code is loaded where the project has it.
    lazily: ['backend-local', 'storage-local', 'flows-ensemble', 'staging', 'zarr'],
  },
  // It plans steps that jobs call.
  'flows-ensemble': { ...PLUGIN, always: ['core', 'steps'] },
  // They move objects in the same way, each over calls of its own service.
  'storage-azure': { ...PLUGIN, always: ['core', 'object-store'] },
  'storage-gcs': { ...PLUGIN, always: ['core', 'object-store'] },
  // It reaches login hosts, and has jobs start the runner.
  'backend-slurm': { ...PLUGIN, always: ['core', 'runner', 'ssh'] },
  // Its jobs start the runner.
  'backend-k8s': { ...PLUGIN, always: ['core', 'runner', 'ssh'] },
  // It starts the runner's worker processes on this machine.
  'backend-local': { ...PLUGIN, always: ['core', 'runner'] },
};

/** Packages from outside that only one file may know. */
const SECLUDED: Readonly<Record<string, string>> = {
  tsyringe: 'packages/engine/src/wiring/scope.ts',
  'reflect-metadata': 'packages/engine/src/wiring/scope.ts',
};

function allowanceOf(folder: string): Allowance {
  return ALLOWANCES[folder] ?? PLUGIN;
}

function folderOf(file: string): string | undefined {
  return /^packages\/([^/]+)\//.exec(file)?.[1];
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function checkRelative(file: string, specifier: string): string | undefined {
  const folder = folderOf(file);
  const target = posix.join(posix.dirname(file), specifier);
  if (folder === undefined) {
    // Tools and tests may use each other and the examples, but packages through their door only.
    return target.startsWith('packages/')
      ? `relative import into a package: ${specifier}`
      : undefined;
  }
  if (target.startsWith(`packages/${folder}/`)) return undefined;
  // Live tests break the servers of a test bed, and heal them.
  const isForTests = target === 'vitest.shared.ts' || target.startsWith('tools/testbed/');
  return isTestFile(file) && isForTests
    ? undefined
    : `relative import leaves packages/${folder}/: ${specifier}`;
}

function checkOurs(root: string, file: string, reference: ModuleReference): string | undefined {
  const name = packageName(reference.specifier);
  const target = name.slice(SCOPE.length);
  const entry = `.${reference.specifier.slice(name.length)}`;
  if (!listPackages(root).includes(target)) return `no such package: ${name}`;
  if (readManifest(root, target).exports?.[entry] === undefined)
    return `deep import, not in the exports of ${name}: ${reference.specifier}`;
  const folder = folderOf(file);
  if (folder === undefined || folder === target) return undefined;
  const allowed = allowanceOf(folder);
  if (allowed.always.includes(target)) return undefined;
  if (isTestFile(file) && [...allowed.inTests, ...allowed.lazily].includes(target))
    return undefined;
  if (allowed.lazily.includes(target))
    return reference.lazy ? undefined : `${folder} may load ${target} through import() only`;
  return `${folder} may not import ${target}`;
}

function checkReference(
  root: string,
  file: string,
  reference: ModuleReference,
): string | undefined {
  const { specifier } = reference;
  if (/^\.{1,2}(\/|$)/.test(specifier)) return checkRelative(file, specifier);
  if (specifier.startsWith(SCOPE)) return checkOurs(root, file, reference);
  if (isBuiltin(specifier))
    return file.startsWith('packages/core/src/') && !isTestFile(file)
      ? `core is pure and may not import ${specifier}`
      : undefined;
  const keeper = SECLUDED[packageName(specifier)];
  return keeper === undefined || keeper === file
    ? undefined
    : `${specifier} may be imported in ${keeper} only`;
}

/** Checks every module reference in the sources of a tree against the import rules. */
export function checkImports(root: string): Report {
  const files = listSources(root);
  const findings = files.flatMap((file) =>
    moduleReferences(parse(file, readText(root, file))).flatMap((reference): Finding[] => {
      const message = checkReference(root, file, reference);
      return message === undefined ? [] : [{ file, message }];
    }),
  );
  return { looked: files.length, findings };
}

/** The part of nx's project graph that is read here. */
export interface ProjectGraph {
  readonly nodes: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, readonly { readonly target: string }[]>>;
}

/** Checks every edge between our packages in the nx graph against the import rules. */
export function checkGraph(graph: ProjectGraph): Report {
  const names = Object.keys(graph.nodes).filter((name) => name.startsWith(SCOPE));
  const findings = names.flatMap((name) => {
    const folder = name.slice(SCOPE.length);
    const { always, inTests, lazily } = allowanceOf(folder);
    const allowed = new Set([...always, ...inTests, ...lazily]);
    return (graph.dependencies[name] ?? [])
      .map(({ target }) => target)
      .filter((target) => !allowed.has(target.slice(SCOPE.length)) || !target.startsWith(SCOPE))
      .map((target) => ({
        file: `packages/${folder}/package.json`,
        message: `${folder} may not depend on ${target.replace(SCOPE, '')}`,
      }));
  });
  return { looked: names.length, findings };
}

/** Checks that what is allowed in tests only is a dev dependency only. */
export function checkManifests(root: string): Report {
  const folders = listPackages(root);
  const findings = folders.flatMap((folder) => {
    const { dependencies, peerDependencies } = readManifest(root, folder);
    const shipped = Object.keys({ ...dependencies, ...peerDependencies });
    return allowanceOf(folder)
      .inTests.filter((name) => shipped.includes(SCOPE + name))
      .map((name) => ({
        file: `packages/${folder}/package.json`,
        message: `${name} is for tests: declare it in devDependencies`,
      }));
  });
  return { looked: folders.length, findings };
}
