import { ensembleError } from '../errors.ts';
import { nameComplaint } from './python-name.ts';

/**
 * Reads the pairs of `-x name=value`; every value is a text, and of one name the last counts.
 *
 * @throws UPSTREAM_VARIABLE naming every pair that is none.
 */
export function readExtraVariables(pairs: readonly string[]): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  const complaints: string[] = [];
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = pair.slice(0, Math.max(0, at));
    const complaint =
      at < 1 || at === pair.length - 1 ? 'expected name=value' : nameComplaint(name);
    if (complaint === undefined) variables.set(name, pair.slice(at + 1));
    // The value stays out of the message: it may be a password.
    else complaints.push(`${at < 0 ? 'a pair without `=`' : `\`${name}\``}: ${complaint}`);
  }
  if (complaints.length === 0) return variables;
  throw ensembleError('UPSTREAM_VARIABLE', complaints.join('; '));
}
