import { stepError } from '../errors.ts';

/** Where a copy goes. */
export type Destination =
  | { readonly kind: 'local'; readonly path: string }
  | {
      readonly kind: 'ssh';
      /** `host` or `user@host`. */
      readonly host: string;
      /** Absolute, or relative to the home folder there. */
      readonly path: string;
    };

const REMOTE = /^([^/:[\]]+|(?:[^/:[\]]*@)?\[[0-9A-Fa-f:.%a-z]+\]):(.*)$/s;
const HOST =
  /^(?:[A-Za-z0-9_][A-Za-z0-9_.+-]*@)?(?:[A-Za-z0-9_][A-Za-z0-9_.-]*|\[[0-9A-Fa-f:.%a-z]+\])$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
const CONTROL = /[\u0000-\u001f\u007f]/;

function refuse(text: string, why: string): never {
  throw stepError('STEP_PATH', `${JSON.stringify(text)} is no place to copy to: ${why}.`, {
    details: { to: text, failure: 'user-error' },
  });
}

/**
 * Reads `path` or `host:path`. As with rsync, a colon before the first slash makes it a host; write `./a:b` for a path.
 * @throws STEP_PATH
 */
export function parseDestination(text: string): Destination {
  const match = REMOTE.exec(text);
  if (match === null) return { kind: 'local', path: text };
  const [, host = '', written = ''] = match;
  if (!HOST.test(host)) refuse(text, 'expected host:path or user@host:path');
  if (written.startsWith(':')) refuse(text, 'rsync daemons are not supported');
  if (CONTROL.test(written)) refuse(text, 'the path holds a control character');
  const path = written.replace(/^~\/+/, '').replace(/(?<=.)\/+$/, '');
  if (path === '' || path === '~') refuse(text, 'the path is missing');
  if (path.startsWith('~')) refuse(text, 'home folders of others cannot be named by ~');
  return { kind: 'ssh', host, path };
}
