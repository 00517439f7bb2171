import { createHash, createHmac } from 'node:crypto';

/** A host as known_hosts names it. */
export interface HostAddress {
  /** Name or address, or the alias for its key. */
  readonly host: string;
  readonly port: number;
}

/** What known_hosts says of a key that a host shows. */
export type KeyVerdict =
  | { readonly kind: 'known' }
  | { readonly kind: 'unknown' }
  /** Other keys are known for the host; `line` is that of the first one, from 1. */
  | { readonly kind: 'changed'; readonly line: number }
  | { readonly kind: 'revoked'; readonly line: number };

interface Entry {
  readonly line: number;
  readonly marker: string;
  readonly names: string;
  readonly type: string;
  readonly key: string;
}

const LINE = /^(?:(@\S+)\s+)?(\S+)\s+(\S+)\s+(\S+)/;

function* entriesOf(text: string): Generator<Entry> {
  for (const [index, line] of text.split('\n').entries()) {
    const match = LINE.exec(line.trim());
    if (match === null || line.trim().startsWith('#')) continue;
    const [, marker = '', names = '', type = '', key = ''] = match;
    yield { line: index + 1, marker, names, type, key };
  }
}

/** `host`, or `[host]:port` where the port is not the usual one. */
export function hostEntryName({ host, port }: HostAddress): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`;
}

function isHashOf(field: string, name: string): boolean {
  const [, , salt = '', hash = ''] = field.split('|');
  const made = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64');
  return made === hash;
}

function isLike(pattern: string, name: string): boolean {
  const source = pattern
    .toLowerCase()
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(name);
}

function names(field: string, name: string): boolean {
  if (field.startsWith('|1|')) return isHashOf(field, name);
  const patterns = field.split(',');
  const isRefused = patterns.some((one) => one.startsWith('!') && isLike(one.slice(1), name));
  return !isRefused && patterns.some((one) => !one.startsWith('!') && isLike(one, name));
}

/** What stands in known_hosts about this key of this host. */
export function checkKey(
  text: string,
  address: HostAddress,
  key: { readonly type: string; readonly base64: string },
): KeyVerdict {
  const name = hostEntryName(address);
  const isIt = (entry: Entry) => entry.type === key.type && entry.key === key.base64;
  const entries = [...entriesOf(text)];
  const revoked = entries.find(
    (entry) => entry.marker === '@revoked' && isIt(entry) && names(entry.names, name),
  );
  if (revoked !== undefined) return { kind: 'revoked', line: revoked.line };
  const plain = entries.filter(({ marker }) => marker === '');
  const own = plain.filter((entry) => names(entry.names, name));
  if (own.some(isIt)) return { kind: 'known' };
  const [first] = own;
  if (first !== undefined) return { kind: 'changed', line: first.line };
  // As OpenSSH has it: a key that is known for the name counts on any port, if it is the same.
  const bare = address.host.toLowerCase();
  const isKnown = plain.some((entry) => isIt(entry) && names(entry.names, bare));
  return { kind: isKnown ? 'known' : 'unknown' };
}

/** Types of the keys that are known for a host, so that it can be asked for one of those. */
export function knownTypes(text: string, address: HostAddress): readonly string[] {
  const wanted = [hostEntryName(address), address.host.toLowerCase()];
  const types = [...entriesOf(text)]
    .filter(
      ({ marker, names: field }) => marker === '' && wanted.some((name) => names(field, name)),
    )
    .map(({ type }) => type);
  return [...new Set(types)];
}

/** Whether the host is to be known by a certificate. */
export function isFromAuthority(text: string, address: HostAddress): boolean {
  const name = hostEntryName(address);
  return [...entriesOf(text)].some(
    (entry) => entry.marker === '@cert-authority' && names(entry.names, name),
  );
}

/** The line that makes a key known. */
export function hostLine(
  address: HostAddress,
  key: { readonly type: string; readonly base64: string },
): string {
  return `${hostEntryName(address)} ${key.type} ${key.base64}\n`;
}

/** `SHA256:...`, as `ssh-keygen -l` and sites print it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
}
