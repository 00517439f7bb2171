import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { FlowError } from '@orchestrate/core';
import { sshError } from './errors.ts';
import { checkKey, fingerprint, hostEntryName, hostLine, knownTypes } from './known-hosts.ts';
import type { SshSettings } from './ssh-settings.ts';

/** A person's yes or no to a host whose key is not known. */
export type ConfirmKey = (question: string) => Promise<boolean>;

function addressOf({ hostKeyAlias, hostname, port }: SshSettings) {
  // OpenSSH keeps the key of an alias without the port.
  return hostKeyAlias === undefined ? { host: hostname, port } : { host: hostKeyAlias, port: 22 };
}

function filesWithText(settings: SshSettings): { readonly file: string; readonly text: string }[] {
  return settings.knownHostsFiles
    .filter((file) => existsSync(file))
    .map((file) => ({ file, text: readFileSync(file, 'utf8') }));
}

/** Length-prefixed first field of a public key: its type. */
function typeOf(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('latin1');
}

const ALGORITHMS: Readonly<Record<string, readonly string[]>> = {
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256'],
};
const OFFERED = [
  'ssh-ed25519',
  'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521',
  'rsa-sha2-512',
  'rsa-sha2-256',
] as const;

/** Algorithm of a host key. */
export type HostKeyAlgorithm = (typeof OFFERED)[number];

/** Algorithms to ask a host for, first those of which a key is known: otherwise it might show another one. */
export function hostKeyAlgorithms(settings: SshSettings): HostKeyAlgorithm[] {
  const address = addressOf(settings);
  const known = filesWithText(settings)
    .flatMap(({ text }) => knownTypes(text, address))
    .flatMap((type) => ALGORITHMS[type] ?? [type]);
  return [
    ...OFFERED.filter((name) => known.includes(name)),
    ...OFFERED.filter((name) => !known.includes(name)),
  ];
}

function remember(settings: SshSettings, line: string): void {
  const [file] = settings.knownHostsFiles;
  if (file === undefined) return;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const isWhole = !existsSync(file) || /(^|\n)$/.test(readFileSync(file, 'utf8'));
  appendFileSync(file, isWhole ? line : `\n${line}`, { mode: 0o600 });
}

/**
 * Compares the key that a host shows with what is known of it. A key that is new is written down where the settings allow
 * it or a person says yes. What is wrong with it, or nothing.
 */
export async function checkHostKey(
  key: Buffer,
  settings: SshSettings,
  confirm?: ConfirmKey,
): Promise<FlowError | undefined> {
  const address = addressOf(settings);
  const name = hostEntryName(address);
  const shown = { type: typeOf(key), base64: key.toString('base64') };
  const mark = `${shown.type} ${fingerprint(key)}`;
  const verdicts = filesWithText(settings).map(({ file, text }) => ({
    file,
    ...checkKey(text, address, shown),
  }));
  const details = { host: name, type: shown.type, fingerprint: fingerprint(key) };
  const revoked = verdicts.find((verdict) => verdict.kind === 'revoked');
  if (revoked !== undefined) {
    const message = `${name} shows the key ${mark}, which is revoked in ${revoked.file}:${revoked.line}`;
    return sshError('SSH_HOST_KEY_REVOKED', message, { details });
  }
  if (verdicts.some(({ kind }) => kind === 'known')) return undefined;
  const changed = verdicts.find((verdict) => verdict.kind === 'changed');
  if (changed !== undefined) {
    const message = `${name} shows the key ${mark}, expected the one in ${changed.file}:${changed.line}; somebody may be listening, or the host was set up anew`;
    return sshError('SSH_HOST_KEY_CHANGED', message, { details });
  }
  const question = `The key of ${name} is not known. It is ${mark}. Is that what your site publishes?`;
  if (settings.acceptNewKeys || (await confirm?.(question)) === true) {
    remember(settings, hostLine(address, shown));
    return undefined;
  }
  const message = `the key of ${name} is not known; it is ${mark}`;
  return sshError('SSH_HOST_KEY_UNKNOWN', message, { details });
}
