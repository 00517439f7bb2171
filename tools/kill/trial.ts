import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** What was broken of a promise, a line each. */
export type Broken = readonly string[];

/** Something whose leader is killed. */
export interface Trial {
  readonly tasks: number;
  /** Folder below the project in which everything must equal that of an undisturbed run. */
  readonly results: string;
  readonly files: Readonly<Record<string, string>>;
  /** The test bed it runs on. */
  readonly needs?: 'slurm' | 'kubernetes';
  /** Milliseconds that a leader lives at most. */
  readonly longestLife?: number;
  /** What else must hold when it is over. */
  broken(folder: string): Broken;
}

/** Names of side effects that were not seen exactly once, with the count. Each is a file in `effects/` with a line each time. */
export function notOnce(folder: string, names: readonly string[]): Broken {
  const wrong = names.flatMap((name) => {
    const file = join(folder, 'effects', name);
    const count = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
    return count === 1 ? [] : [`${name} ran ${count} times`];
  });
  const wanted = new Set([...names, '.keep']);
  const others = readdirSync(join(folder, 'effects')).filter((name) => !wanted.has(name));
  return [...wrong, ...others.map((name) => `${name} should not have run`)];
}

/** Everything below a folder: mode and digest of files, where links lead. */
export function contents(folder: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (!existsSync(folder)) return found;
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const full = join(folder, path);
    const stat = lstatSync(full);
    const mode = (stat.mode & 0o7777).toString(8);
    if (stat.isSymbolicLink()) found.set(path, `link to ${readlinkSync(full)}`);
    else if (stat.isDirectory()) found.set(path, `folder ${mode}`);
    else
      found.set(path, `${mode} ${createHash('sha256').update(readFileSync(full)).digest('hex')}`);
  }
  return found;
}

/** How two folders differ. */
export function differences(
  got: ReadonlyMap<string, string>,
  expected: ReadonlyMap<string, string>,
): Broken {
  const paths = new Set([...got.keys(), ...expected.keys()]);
  return [...paths].flatMap((path) =>
    got.get(path) === expected.get(path)
      ? []
      : [`${path}: expected ${expected.get(path) ?? 'nothing'}, got ${got.get(path) ?? 'nothing'}`],
  );
}
