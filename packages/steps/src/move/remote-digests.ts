import type { SshHost } from './ssh-host.ts';

const SUMS =
  'IFS= read -r d && cd -- "$d" || exit 125; ' +
  'if command -v sha256sum >/dev/null 2>&1; then exec xargs -0 sha256sum --; fi; ' +
  'if command -v shasum >/dev/null 2>&1; then exec xargs -0 shasum -a 256 --; fi; exit 127';

/** `xargs` says so when a program it started has failed: a file is missing, and so is its line. */
const SOME_FAILED = 123;
const NO_PROGRAM = new Set([126, 127]);
const LINE = /^(\\?)([0-9a-f]{64}) [ *]\.\/(.*)$/s;

function unescaped(name: string): string {
  return name.replaceAll(/\\([\\nr])/g, (_, letter: string) =>
    letter === 'n' ? '\n' : letter === 'r' ? '\r' : '\\',
  );
}

/** Reads what `sha256sum` prints: path -> digest. A line that begins with a backslash has an escaped name. */
export function parseSums(text: string): Map<string, string> {
  const sums = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [, isEscaped, sha256 = '', name = ''] = LINE.exec(line) ?? [];
    if (sha256 !== '') sums.set(isEscaped === '\\' ? unescaped(name) : name, sha256);
  }
  return sums;
}

/**
 * Digests of files in a folder of another machine, computed there; files that cannot be read are missing. `undefined` when
 * that machine has no program for it.
 */
export async function remoteDigests(
  host: SshHost,
  folder: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, string> | undefined> {
  if (paths.length === 0) return new Map();
  const names = paths.map((path) => `./${path}\0`).join('');
  const room = paths.reduce((bytes, path) => bytes + 80 + 6 * path.length, 4_096);
  const end = await host.run(SUMS, `${folder}\n${names}`, room);
  if (NO_PROGRAM.has(end.code)) return undefined;
  if (end.code !== 0 && end.code !== SOME_FAILED) throw host.failure(`verify ${folder} on`, end);
  return parseSums(end.stdout);
}
