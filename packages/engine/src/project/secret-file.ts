import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { projectError } from '../errors.ts';

const MAX_BYTES = 64 * 1024;
const OTHERS = 0o077;

/** Folder of the project's secrets, one file each. */
export const SECRETS_FOLDER = join('.orchestrate', 'secrets');

/**
 * The secret kept in `.orchestrate/secrets/NAME`, one line break at the end taken off; `undefined` when there is no such file.
 * @throws SECRET_UNUSABLE when others could read the file, or when it is a link or no file
 */
export function readSecretFile(directory: string, name: string): string | undefined {
  const shown = join(SECRETS_FOLDER, name);
  const file = join(directory, shown);
  const stat = lstatSync(file, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const refuse = (why: string) =>
    projectError('SECRET_UNUSABLE', `secret "${name}": ${shown} ${why}`, {
      details: { secret: name },
    });
  // A link in a project somebody else wrote could name any file of the reader.
  if (!stat.isFile()) throw refuse('is not a regular file');
  if (realpathSync(file) !== join(realpathSync(directory), shown))
    throw refuse('is reached through a link');
  if (process.platform !== 'win32' && (stat.mode & OTHERS) !== 0) {
    throw refuse(
      `can be read by others (mode ${(stat.mode & 0o777).toString(8)}): chmod 600 ${shown}`,
    );
  }
  if (stat.size > MAX_BYTES) throw refuse(`is larger than ${MAX_BYTES} bytes`);
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw projectError('SECRET_UNUSABLE', `secret "${name}": ${shown} cannot be read`, {
      details: { secret: name },
      cause: error,
    });
  }
}
