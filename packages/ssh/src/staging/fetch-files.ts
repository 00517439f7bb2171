import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream, rmSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { sshError } from '../errors.ts';
import type { RemoteHost } from '../transport.ts';
import { sha256 } from './digest.ts';
import { checkPath } from './file-list.ts';
import { insist, mustSucceed } from './insist.ts';
import { Landing } from './landing.ts';
import { dashed, LIST, SUM } from './remote-scripts.ts';
import type { TarEntry } from './tar-header.ts';
import { type ReadEntry, readTar } from './tar-reader.ts';

const LARGE = 64 * 2 ** 20;
const BATCH_BYTES = 256 * 2 ** 20;
const BATCH_FILES = 20_000;
const LIST_BYTES = 512 * 2 ** 20;
const LIST_MS = 600_000;

/** What is to come from the host. */
export interface FetchRequest {
  /** Folder on the host, absolute or below the home folder. */
  readonly from: string;
  /** Files, folders with all that is in them, or links, relative to it. Default: everything. */
  readonly paths?: readonly string[];
  /** Folder on this machine, absolute; made if missing. */
  readonly to: string;
  readonly signal?: AbortSignal;
}

/** What {@link fetchFiles} did. */
export interface FetchResult {
  /** Paths that were fetched. */
  readonly fetched: readonly string[];
  /** How many were here already, with the same kind, size, mode and time. */
  readonly unchanged: number;
  /** Asked-for paths that the host does not have. */
  readonly missing: readonly string[];
  /** Devices, sockets and pipes, which are left where they are. */
  readonly skipped: readonly string[];
  /** Bytes of files that were fetched. */
  readonly bytes: number;
}

type Listed = Omit<TarEntry, 'type' | 'target'> & { readonly type: TarEntry['type'] | 'other' };

const KINDS: Readonly<Record<string, TarEntry['type']>> = { f: 'file', d: 'directory', l: 'link' };

function given({ signal }: FetchRequest): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** What is there. */
async function list(host: RemoteHost, request: FetchRequest): Promise<Listed[]> {
  const asked = (request.paths ?? ['.']).map((path) =>
    path === '.' ? '.\0' : `./${checkPath(path.replace(/\/+$/, ''))}\0`,
  );
  const options = { idempotent: true, timeoutMs: LIST_MS, maxOutputBytes: LIST_BYTES };
  const answer = await host.run(LIST, {
    ...options,
    ...given(request),
    cwd: request.from,
    stdin: asked.join(''),
  });
  mustSucceed(host, `listing ${request.from}`, answer);
  const found = new Map<string, Listed>();
  for (const line of answer.stdout.split('\0')) {
    const match = /^(.) (\d+) (-?\d+)\S* ([0-7]+) \.\/(.+)$/s.exec(line);
    if (match === null) continue;
    const [, kind = '', size, mtime, mode = '', path = ''] = match;
    const type = KINDS[kind] ?? 'other';
    found.set(path, {
      path,
      type,
      size: type === 'file' ? Number(size) : 0,
      mtime: Number(mtime),
      mode: Number.parseInt(mode, 8) & 0o7777,
    });
  }
  return [...found.values()];
}

/** Whether it is here already. Where a link points is not in the list: it is fetched each time. */
function isHere(entry: Listed, landing: Landing): boolean {
  const here = landing.look(entry.path);
  if (here?.type !== entry.type || here.mode !== (entry.mode & 0o777)) return false;
  if (entry.type === 'directory') return true;
  return entry.type === 'file' && here.size === entry.size && here.mtime === entry.mtime;
}

function batches(entries: readonly Listed[]): Listed[][] {
  const parts: Listed[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const entry of entries) {
    const part = parts.at(-1);
    if (part === undefined || bytes + entry.size > BATCH_BYTES || part.length >= BATCH_FILES) {
      parts.push([entry]);
      bytes = entry.size;
    } else {
      part.push(entry);
      bytes += entry.size;
    }
  }
  return parts;
}

async function land(entry: ReadEntry, path: string, landing: Landing): Promise<void> {
  switch (entry.type) {
    case 'file':
      return landing.writeFile({ ...entry, path }, entry.body());
    case 'directory':
      return landing.makeFolder(path);
    case 'link':
      return landing.makeLink({ ...entry, path });
    case 'hard-link':
      return landing.copyFile(path, checkPath((entry.target ?? '').replace(/^\.\//, '')));
    case 'other':
      return undefined;
  }
}

async function fetchBatch(
  host: RemoteHost,
  request: FetchRequest,
  entries: readonly Listed[],
  landing: Landing,
): Promise<void> {
  const asked = new Set(entries.map(({ path }) => path));
  const names = Readable.from([Buffer.from([...asked].map((path) => `./${path}\0`).join(''))]);
  const argv = ['tar', '-cf', '-', '--no-recursion', '--null', '-T', '-'];
  await using stream = await host.stream(argv, {
    ...given(request),
    cwd: request.from,
    stdin: names,
  });
  const left = new Set(asked);
  try {
    for await (const entry of readTar(stream.stdout as AsyncIterable<Buffer>)) {
      const path = entry.path.replace(/^\.\//, '');
      if (!left.delete(path)) {
        const name = JSON.stringify(entry.path);
        throw sshError('SSH_ARCHIVE', `${host.name} sent ${name}, which was not asked for`);
      }
      await land(entry, path, landing);
    }
  } catch (error) {
    // What the host says is the reason, if it says something.
    const end = await Promise.race([stream.end.catch(() => undefined), Promise.resolve(undefined)]);
    if (end !== undefined) mustSucceed(host, `packing files in ${request.from}`, end);
    throw error;
  }
  const end = await stream.end;
  if (end.code === 1 && left.size === 0) {
    const message = `a file in ${request.from} was changed while it was read: ${end.stderr.trim()}`;
    throw sshError('SSH_TRANSFER_DIGEST', message, { details: { host: host.name } });
  }
  mustSucceed(host, `packing files in ${request.from}`, end);
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** One large file, from where an earlier try was cut off. */
async function fetchLarge(
  host: RemoteHost,
  request: FetchRequest,
  entry: Listed,
  landing: Landing,
): Promise<void> {
  const { path, size, mtime } = entry;
  const key = sha256(JSON.stringify([host.name, request.from, path, size, mtime])).slice(0, 32);
  const part = landing.partFile(key);
  if (sizeOf(part) > size) rmSync(part);
  const options = { ...given(request), cwd: request.from };
  const summing = host.run(`${SUM}sum <"$FILE"`, {
    ...options,
    env: { FILE: `./${path}` },
    idempotent: true,
    timeoutMs: LIST_MS,
  });
  summing.catch(() => undefined);
  const argv = ['tail', '-c', `+${sizeOf(part) + 1}`, '--', `./${path}`];
  await using stream = await host.stream(argv, options);
  await pipeline(stream.stdout, createWriteStream(part, { flags: 'a', mode: 0o600 }));
  mustSucceed(host, `reading ${path}`, await stream.end);
  const summed = await summing;
  mustSucceed(host, `reading ${path}`, summed);
  const sum = createHash('sha256');
  await pipeline(createReadStream(part, { highWaterMark: 2 ** 20 }), sum);
  const [digest, expected] = [sum.digest('hex'), summed.stdout.trim()];
  if (digest !== expected) {
    rmSync(part, { force: true });
    const message = `${path} has the digest ${digest} here, expected ${expected} from ${host.name}`;
    throw sshError('SSH_TRANSFER_DIGEST', message, { details: { host: host.name } });
  }
  landing.finishPart(key, entry);
}

/** Those of the asked-for paths of which nothing was found. */
function missingOf(paths: readonly string[], entries: readonly Listed[]): string[] {
  const found = new Set(entries.map(({ path }) => path));
  return paths.filter((path) => path !== '.' && !found.has(path.replace(/\/+$/, '')));
}

/**
 * Brings files, folders and links from the host: only those that are not here with the same kind, size, mode and time. Each
 * appears in its place at once, when it is complete. Links come as they are written, and nothing is written through one, nor
 * outside the folder, whatever the host sends. When the link is lost, it goes on from what is here. The host needs GNU find
 * and tar.
 * @throws SSH_ARGUMENT for a path that leaves the folder, SSH_ARCHIVE for what the host must not send and for what is in the
 *   way here, SSH_TRANSFER_DIGEST for a file that changes meanwhile, SSH_REMOTE_COMMAND with the words of the host, and what
 *   {@link RemoteHost.run} throws
 */
export async function fetchFiles(host: RemoteHost, request: FetchRequest): Promise<FetchResult> {
  const { signal, paths = ['.'] } = request;
  const based = { ...request, from: dashed(request.from) };
  const entries = await list(host, based);
  const landing = new Landing(request.to, randomBytes(8).toString('hex'));
  try {
    const known = entries.filter(({ type }) => type !== 'other');
    const left = known.filter((entry) => !isHere(entry, landing));
    for (const batch of batches(left.filter(({ size }) => size <= LARGE))) {
      await insist(() => fetchBatch(host, based, batch, landing), signal);
    }
    for (const entry of left.filter(({ size }) => size > LARGE)) {
      await insist(() => fetchLarge(host, based, entry, landing), signal);
    }
    // The deepest first: what is put into a folder changes its time.
    for (const { type, ...folder } of left.toReversed()) {
      if (type === 'directory') landing.finishFolder(folder);
    }
    return {
      fetched: left.map(({ path }) => path),
      unchanged: known.length - left.length,
      missing: missingOf(paths, entries),
      skipped: entries.filter(({ type }) => type === 'other').map(({ path }) => path),
      bytes: left.reduce((sum, { size }) => sum + size, 0),
    };
  } finally {
    landing.sweep();
  }
}
