import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { inspect } from 'node:util';

/** Where and about what a crash log is written. */
export interface Crash {
  readonly error: unknown;
  readonly version: string;
  readonly command: string;
  /** Absolute path the project file has or would have. */
  readonly projectFile: string;
  readonly redact: (text: string) => string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/**
 * Writes the stack of a defect, secrets taken out, into `.orchestrate/` of the project, or into the system's folder for
 * temporary files where there is no project. Answers the path, or `undefined` when nothing could be written.
 */
export function writeCrashLog(crash: Crash): string | undefined {
  const stamp = new Date(crash.at).toISOString().replaceAll(/[:.]/g, '-');
  const text = crash.redact(
    [
      `orchestrate ${crash.version} on node ${process.versions.node}, ${process.platform} ${process.arch}`,
      `command: ${crash.command}`,
      '',
      inspect(crash.error, { depth: 4, breakLength: 120 }),
      '',
    ].join('\n'),
  );
  const inProject = join(dirname(crash.projectFile), '.orchestrate');
  const places = [
    ...(existsSync(crash.projectFile) ? [join(inProject, `crash-${stamp}.log`)] : []),
    join(tmpdir(), `orchestrate-crash-${stamp}.log`),
  ];
  for (const path of places) {
    try {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
      return resolve(path);
    } catch {
      // The next place may be writable; a crash log that cannot be written must not hide the crash.
    }
  }
  return undefined;
}
