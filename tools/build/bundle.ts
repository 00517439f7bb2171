/**
 * Turns the source of one package (the current folder) into few files under `dist/`: an import costs a fifth of a millisecond
 * per file, and a command line is started often. Types come from `tsc`, which has run before. All files land in `dist/` itself,
 * so that `new URL('./name', import.meta.url)` means the same before and after.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { type CodeSplittingGroup, type Plugin, rolldown } from 'rolldown';

/** Libraries that become part of a package's own files: many small files of theirs would be read at every start. */
const INLINED: Readonly<Record<string, readonly string[]>> = {
  '@orchestrate/core': ['zod'],
  '@orchestrate/engine': ['yaml', 'tsyringe', 'tslib', 'reflect-metadata'],
};

/** The one copy of zod that all of our packages share at run time. */
const SHARED_ZOD = '@orchestrate/core/zod';

interface Manifest {
  readonly name: string;
  readonly license?: string;
  readonly bin?: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, string | { readonly default?: string }>>;
  /** Files that are started or imported by path at run time. */
  readonly entries?: readonly string[];
  /** Programs that are copied to other machines, each as one file that needs nothing but Node: name -> source. */
  readonly standalone?: Readonly<Record<string, string>>;
  /** Files that are used together and so, with what they import, become one: name -> sources. */
  readonly together?: Readonly<Record<string, readonly string[]>>;
}

function sourceOf(built: string): string {
  return `src/${basename(built, '.js')}.ts`;
}

function entriesOf(manifest: Manifest): Record<string, string> {
  const built = Object.values(manifest.exports).map((target) =>
    typeof target === 'string' ? target : (target.default ?? ''),
  );
  const alone = Object.keys(manifest.standalone ?? {}).map((name) => `./dist/${name}.js`);
  const sources = [
    ...built.filter((path) => path.endsWith('.js') && !alone.includes(path)).map(sourceOf),
    ...Object.values(manifest.bin ?? {})
      .filter((path) => path.startsWith('dist/'))
      .map(sourceOf),
    ...(manifest.entries ?? []),
  ];
  return Object.fromEntries(sources.map((source) => [basename(source, '.ts'), source]));
}

function groupsOf({ together = {} }: Manifest): CodeSplittingGroup[] {
  return Object.entries(together).map(([name, sources]) => {
    const files = new Set(sources.map((source) => resolve(source)));
    return { name, test: (id: string) => files.has(id) };
  });
}

/** zod brings its messages in fifty languages; ours are in English. */
const englishOnly: Plugin = {
  name: 'english-only',
  load: {
    filter: { id: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ },
    handler: () => `export { default as en } from './en.js';`,
  },
};

/** Of yaml only what is used: Node would resolve it to CommonJS, of which nothing can be left out. The code is the same. */
const yamlModules: Plugin = {
  name: 'yaml-modules',
  resolveId: {
    filter: { id: /^yaml$/ },
    handler: () => join(homeOf('yaml'), 'browser', 'dist', 'index.js'),
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

const IMPORT = /^import (.+) from "(node:[^"]+)";$/gm;

/** `fs, { type Stats, readFileSync as read }` -> `fs` and `{ readFileSync: read }`. */
function bindingsOf(clause: string): { readonly whole?: string; readonly named?: string } {
  const [, whole, named] = /^(?:([\w$]+)(?:, )?)?(\{.*\})?$/.exec(clause) ?? [];
  return {
    ...(whole === undefined ? {} : { whole }),
    ...(named === undefined ? {} : { named: named.replaceAll(' as ', ': ') }),
  };
}

/**
 * Modules of Node that take milliseconds to load and that most commands never use. Functions of theirs look for the module
 * when they are called; what begins with a capital is a class and is taken at once.
 */
const ON_DEMAND: ReadonlySet<string> = new Set([
  'node:child_process',
  'node:crypto',
  'node:events',
  'node:fs/promises',
  'node:timers/promises',
  'node:v8',
  'node:zlib',
]);

/** `{ createHash, Hash: Digest }` -> declarations of functions that ask for the module, and of what has to be there. */
function onDemand(named: string, from: string): string {
  const pairs = named
    .replace(/^\{|\}$/g, '')
    .split(',')
    .map((pair) => pair.split(':').map((name) => name.trim()));
  return pairs
    .map(([name = '', alias = name]) =>
      /^[A-Z]/.test(name)
        ? `const { ${name}: ${alias} } = ${from};`
        : `const ${alias} = (...given) => ${from}.${name}(...given);`,
    )
    .join(' ');
}

/**
 * `import { stat } from 'node:fs'` reads every export of the module once, also those that load further modules of Node when
 * they are read: its streams and promises, 5 ms of a start. `process.getBuiltinModule` gives the same without that.
 */
const directBuiltins: Plugin = {
  name: 'direct-builtins',
  renderChunk: (code) => ({
    code: code.replace(IMPORT, (line, clause: string, module: string) => {
      const { whole, named } = bindingsOf(clause);
      const from = `process.getBuiltinModule("${module}")`;
      if (whole === undefined && named === undefined) throw new Error(`cannot rewrite: ${line}`);
      const declared = whole === undefined ? '' : `const ${whole} = ${from};`;
      if (named === undefined) return declared;
      const rest = ON_DEMAND.has(module) ? onDemand(named, from) : `const ${named} = ${from};`;
      return `${declared} ${rest}`;
    }),
    map: null,
  }),
};

/** One letter outside ASCII makes Node hold a whole file at two bytes a letter. Strings, patterns and names may all be escaped so. */
const onlyAscii: Plugin = {
  name: 'only-ascii',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue;
      file.code = file.code.replace(
        /[^\0-\x7f]/g,
        (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

/** Folder of an installed library. */
function homeOf(name: string): string {
  let folder = process.cwd();
  while (!existsSync(join(folder, 'node_modules', name))) folder = dirname(folder);
  return join(folder, 'node_modules', name);
}

/** The licences of inlined libraries travel with them. */
function keepLicences(names: readonly string[]): void {
  for (const name of names) keepLicence(name, homeOf(name));
}

function keepLicence(name: string, home: string): void {
  const licence = readdirSync(home).find((file) => /^(licen[cs]e|copyright)/i.test(file));
  const to = join('dist', 'licences', `${name.replaceAll('/', '-')}.txt`);
  mkdirSync(dirname(to), { recursive: true });
  if (licence !== undefined) {
    copyFileSync(join(home, licence), to);
    return;
  }
  const { license } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8')) as Manifest;
  if (license === undefined) throw new Error(`${name} has no licence to keep`);
  writeFileSync(to, `${name}: ${license}\n`);
}

/** Of a file of an installed library, the library's name and folder. */
const INSTALLED = /^(.*[\\/]node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/]+))[\\/]/;

/** One file with everything in it, for a machine on which nothing of ours is installed. */
async function writeStandalone(name: string, source: string): Promise<void> {
  const bundle = await rolldown({
    input: { [name]: source },
    platform: 'node',
    plugins: [englishOnly, onlyAscii],
    resolve: { conditionNames: ['@orchestrate/source', 'import', 'node', 'default'] },
  });
  const { output } = await bundle.write({
    dir: 'dist',
    format: 'esm',
    codeSplitting: false,
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].js',
  });
  for (const id of output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))) {
    const [, home, library] = INSTALLED.exec(id) ?? [];
    if (home !== undefined && library !== undefined) keepLicence(library, home);
  }
}

async function main(): Promise<void> {
  const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;
  const inlined = INLINED[manifest.name] ?? [];
  const ours = (id: string) =>
    /^\.|^\//.test(id) || inlined.some((name) => id === name || id.startsWith(`${name}/`));
  for (const file of existsSync('dist')
    ? readdirSync('dist', { recursive: true, encoding: 'utf8' })
    : []) {
    if (/\.js(\.map)?$/.test(file)) rmSync(join('dist', file));
  }
  const bundle = await rolldown({
    input: entriesOf(manifest),
    platform: 'node',
    preserveEntrySignatures: 'allow-extension',
    external: (id) => !ours(id) && id !== 'zod',
    plugins: [englishOnly, yamlModules, sharedZod(manifest.name), directBuiltins, onlyAscii],
  });
  await bundle.write({
    dir: 'dist',
    format: 'esm',
    sourcemap: true,
    // Names stay as they are, so that stack traces can be read; the source maps know the lines.
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    codeSplitting: { groups: groupsOf(manifest) },
  });
  for (const [name, source] of Object.entries(manifest.standalone ?? {})) {
    await writeStandalone(name, source);
  }
  keepLicences(inlined);
}

await main();
