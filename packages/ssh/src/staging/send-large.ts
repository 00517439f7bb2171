import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { sshError } from '../errors.ts';
import type { RemoteHost } from '../transport.ts';
import { readHashing, sha256 } from './digest.ts';
import type { LocalFile } from './file-list.ts';
import { mustSucceed } from './insist.ts';
import { manifestLine, STAGING } from './manifest.ts';
import { appendScript, dashed, finishScript, partSizeScript } from './remote-scripts.ts';

/** `CCYYMMDDhhmm.SS` in UTC. */
function stampOf(mtime: number): string {
  const digits = new Date(mtime * 1000).toISOString().replace(/\D/g, '');
  return `${digits.slice(0, 12)}.${digits.slice(12, 14)}`;
}

/** The bytes from an offset on; those before it are hashed only. */
async function* rest(
  file: LocalFile,
  offset: number,
  sum: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  let at = 0;
  for await (const chunk of readHashing(file, sum)) {
    if (at + chunk.length > offset) yield chunk.subarray(Math.max(0, offset - at));
    at += chunk.length;
  }
}

/**
 * Sends one large file, from where an earlier try was cut off, checks the digest of the whole on the host, and puts it in
 * its place. May be called again after any failure.
 * @returns how many bytes were sent
 * @throws SSH_TRANSFER_DIGEST, SSH_REMOTE_COMMAND, and what {@link RemoteHost.stream} throws
 */
export async function sendLarge(
  host: RemoteHost,
  root: string,
  file: LocalFile,
  signal?: AbortSignal,
): Promise<number> {
  const given = signal === undefined ? {} : { signal };
  // A file that has changed is another one.
  const key = sha256(JSON.stringify([file.path, file.size, file.mtime])).slice(0, 32);
  const what = `sending ${file.path}`;
  const part = await host.run(partSizeScript(root, key), { ...given, idempotent: true });
  mustSucceed(host, what, part);
  const offset = Number(part.stdout.trim());
  const sum = createHash('sha256');
  const stdin = Readable.from(rest(file, Math.min(offset, file.size), sum), { objectMode: false });
  let readError: unknown;
  stdin.on('error', (error) => {
    readError = error;
  });
  await using stream = await host.stream(appendScript(root, key), { ...given, stdin });
  let said = '';
  try {
    for await (const chunk of stream.stdout) said += String(chunk);
    mustSucceed(host, what, await stream.end);
  } catch (error) {
    throw readError ?? error;
  }
  const [digest = '', size = ''] = said.trim().split(/\s+/);
  if (Number(size) < file.size) {
    const message = `${what} to ${host.name} failed: only ${size} of ${file.size} bytes could be written`;
    throw sshError('SSH_REMOTE_COMMAND', message, { details: { host: host.name } });
  }
  const expected = sum.digest('hex');
  if (digest !== expected) {
    await host.run(['rm', '-f', '--', `${dashed(root)}/${STAGING}/part-${key}`], given);
    const message = `${file.path} has the digest ${digest} on ${host.name}, expected ${expected}`;
    throw sshError('SSH_TRANSFER_DIGEST', message, { details: { host: host.name } });
  }
  const stamped = { path: file.path, mode: file.mode, stamp: stampOf(file.mtime) };
  const line = manifestLine(file, expected);
  const finished = await host.run(finishScript(root, key, stamped, line), given);
  mustSucceed(host, what, finished);
  return file.size - Math.min(offset, file.size);
}
