import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, resolve } from 'node:path';

/** What looking for a program came to. */
export type ProgramLookup =
  | { readonly path: string }
  | { readonly problem: string; readonly code: 126 | 127 };

/** Where POSIX looks when there is no `PATH`. */
const DEFAULT_PATH = '/usr/local/bin:/usr/bin:/bin';

type Finding = 'runnable' | 'present' | 'missing';

function look(path: string): Finding {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return 'missing';
  if (!stat.isFile()) return 'present';
  try {
    accessSync(path, constants.X_OK);
    return 'runnable';
  } catch {
    return 'present';
  }
}

function lookSafely(path: string): Finding {
  try {
    return look(path);
  } catch {
    return 'missing';
  }
}

/**
 * Finds a program as `execvp` would: a name with a slash is a path from the working directory, any other is looked for along
 * `searchPath`. What is found is absolute, so that no builtin of a shell can stand in for it.
 */
export function findProgram(
  name: string,
  searchPath: string | undefined,
  directory: string,
): ProgramLookup {
  if (name === '') return { problem: 'the program name is empty', code: 127 };
  const candidates = name.includes('/')
    ? [resolve(directory, name)]
    : (searchPath ?? DEFAULT_PATH)
        .split(delimiter)
        .map((folder) => resolve(directory, folder, name));
  let present: string | undefined;
  for (const candidate of candidates) {
    const finding = lookSafely(candidate);
    if (finding === 'runnable') return { path: candidate };
    if (finding === 'present') present ??= candidate;
  }
  if (present !== undefined) {
    const found = name.includes('/') || name === present ? '' : `: ${present}`;
    return { problem: `${name} is not an executable file${found}`, code: 126 };
  }
  const where = name.includes('/') ? '' : ' in PATH';
  return { problem: `program not found${where}: ${name}`, code: 127 };
}

/** How long a found program is believed to be still there, milliseconds. */
const FRESH_MS = 1_000;

/** {@link findProgram} with a short memory for what was found, since most jobs of a run start the same few programs. */
export class ProgramFinder {
  readonly #now: () => number;
  readonly #found = new Map<string, { readonly path: string; readonly at: number }>();

  constructor(now: () => number) {
    this.#now = now;
  }

  find(name: string, searchPath: string | undefined, directory: string): ProgramLookup {
    // Where only absolute folders are searched, it is the same from everywhere.
    const isSame =
      !name.includes('/') && (searchPath ?? DEFAULT_PATH).split(delimiter).every(isAbsolute);
    const from = isSame || isAbsolute(name) ? '' : directory;
    const remembered = `${name}\0${searchPath ?? ''}\0${from}`;
    const known = this.#found.get(remembered);
    if (known !== undefined && this.#now() - known.at < FRESH_MS) return known;
    const lookup = findProgram(name, searchPath, directory);
    if ('path' in lookup) {
      if (this.#found.size > 1_000) this.#found.clear();
      this.#found.set(remembered, { path: lookup.path, at: this.#now() });
    }
    return lookup;
  }
}
