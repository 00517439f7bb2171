/**
 * Turns the source of one package (the current folder) into few files under `dist/`: an import costs a fifth of a millisecond
 * per file, and a command line is started often. Types come from `tsc`, which has run before. All files land in `dist/` itself,
 * so that `new URL('./name', import.meta.url)` means the same before and after.
 */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

/** Libraries that become part of a package's own files: many small files of theirs would be read at every start. */
const INLINED: Readonly<Record<string, readonly string[]>> = {
  '@orchestrate/core': ['zod'],
  '@orchestrate/engine': ['yaml', 'tsyringe', 'tslib', 'reflect-metadata'],
};

/** The one copy of zod that all of our packages share at run time. */
const SHARED_ZOD = '@orchestrate/core/zod';

interface Manifest {
  readonly name: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default?: string }>>;
  /** Files that are started or imported by path at run time. */
  readonly entries?: readonly string[];
}

function sourceOf(built: string): string {
  return `src/${basename(built, '.js')}.ts`;
}

function entriesOf(manifest: Manifest): Record<string, string> {
  const built = Object.values(manifest.exports).map((target) =>
    typeof target === 'string' ? target : (target.default ?? ''),
  );
  const sources = [
    ...built.filter((path) => path.endsWith('.js')).map(sourceOf),
    ...Object.values(manifest.bin ?? {})
      .filter((path) => path.startsWith('dist/'))
      .map(sourceOf),
    ...(manifest.entries ?? []),
  ];
  return Object.fromEntries(sources.map((source) => [basename(source, '.ts'), source]));
}

/** zod brings its messages in fifty languages; ours are in English. */
const englishOnly: Plugin = {
  name: 'english-only',
  load: {
    filter: { id: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ },
    handler: () => `export { default as en } from './en.js';`,
  },
};

function sharedZod(name: string): Plugin {
  return {
    name: 'shared-zod',
    resolveId: {
      filter: { id: /^zod$/ },
      handler: () => (name === '@orchestrate/core' ? null : { id: SHARED_ZOD, external: true }),
    },
  };
}

/** The licences of inlined libraries travel with them. */
function keepLicences(names: readonly string[]): void {
  for (const name of names) {
    let folder = process.cwd();
    while (!existsSync(join(folder, 'node_modules', name))) folder = dirname(folder);
    const home = join(folder, 'node_modules', name);
    const licence = readdirSync(home).find((file) => /^(licen[cs]e|copyrightnotice)/i.test(file));
    if (licence === undefined) throw new Error(`${name} has no licence file to keep`);
    mkdirSync('dist/licences', { recursive: true });
    copyFileSync(join(home, licence), join('dist', 'licences', `${name}.txt`));
  }
}

async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const inlined = INLINED[manifest.name] ?? [];
  const ours = (id: string) =>
    /^\.|^\//.test(id) || inlined.some((name) => id === name || id.startsWith(`${name}/`));
  for (const file of existsSync('dist') ? readdirSync('dist') : []) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
  }
  const bundle = await rolldown({
    input: entriesOf(manifest),
    platform: 'node',
    external: (id) => !ours(id) && id !== 'zod',
    plugins: [englishOnly, sharedZod(manifest.name)],
  });
  await bundle.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  keepLicences(inlined);
}

await main();
