import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { sshError } from '../errors.ts';
import { shellQuote } from '../shell-text.ts';
import type { RemoteHost } from '../transport.ts';
import { digestOf } from './digest.ts';
import { type LocalFile, lookAt, type SourceFile } from './file-list.ts';
import { insist, mustSucceed } from './insist.ts';
import { manifestLine, parseManifest, type SentFile, STAGING } from './manifest.ts';
import { dashed, LOOK, unpackScript } from './remote-scripts.ts';
import { sendLarge } from './send-large.ts';
import { mustFit } from './space.ts';
import { writeTar } from './tar-writer.ts';

/** Files above so many bytes are sent one by one, and go on where they were cut off. */
const LARGE = 64 * 2 ** 20;
/** Most bytes and files of one archive: what was placed need not be sent again when the link is lost. */
const BATCH_BYTES = 256 * 2 ** 20;
const BATCH_FILES = 20_000;
/** Most bytes of a manifest that are read: a million files and more. */
const MANIFEST_BYTES = 512 * 2 ** 20;
const LOOK_MS = 600_000;

/** What is to be on the host. */
export interface SendRequest {
  readonly files: readonly SourceFile[];
  /** Folder on the host, absolute or below the home folder; made if missing. */
  readonly to: string;
  readonly signal?: AbortSignal;
  /** Is told how many bytes of files have gone out so far. */
  readonly onProgress?: (bytes: number) => void;
}

/** What {@link sendFiles} did. */
export interface SendResult {
  /** Files, folders and links that were sent. */
  readonly sent: number;
  /** Those that were there already. */
  readonly unchanged: number;
  /** Bytes of files that were sent. */
  readonly bytes: number;
}

/** Kinds by the bits of a raw mode, which hosts print in hexadecimal digits. */
const KINDS: Readonly<Record<string, LocalFile['type']>> = {
  '8': 'file',
  '4': 'directory',
  a: 'link',
};

/** What of the named paths is on the host now: kind, size and time. */
async function lookThere(
  host: RemoteHost,
  { to, signal }: SendRequest,
  paths: readonly string[],
): Promise<Map<string, Pick<LocalFile, 'type' | 'size' | 'mtime'>>> {
  const there = new Map<string, Pick<LocalFile, 'type' | 'size' | 'mtime'>>();
  if (paths.length === 0) return there;
  const { stdout } = await host.run(LOOK, {
    cwd: to,
    stdin: paths.map((path) => `./${path}\0`).join(''),
    idempotent: true,
    timeoutMs: LOOK_MS,
    maxOutputBytes: MANIFEST_BYTES,
    ...(signal === undefined ? {} : { signal }),
  });
  for (const line of stdout.split('\0')) {
    const [, size, mtime, raw = '', path] =
      /^(\d+) (-?\d+) ([0-9a-f]+) \.\/(.*)$/s.exec(line) ?? [];
    const type = KINDS[raw.slice(0, -3)];
    if (path !== undefined && type !== undefined) {
      there.set(path, { type, size: Number(size), mtime: Number(mtime) });
    }
  }
  return there;
}

/** Whether what lies there is what we sent, untouched. */
function isUntouched(
  file: LocalFile,
  sent: SentFile,
  there: Pick<LocalFile, 'type' | 'size' | 'mtime'> | undefined,
): boolean {
  if (there?.type !== file.type || sent.mode !== file.mode) return false;
  return file.type !== 'file' || (there.size === sent.size && there.mtime === sent.mtime);
}

/** Leaves out what is on the host already. */
async function missing(
  host: RemoteHost,
  request: SendRequest,
  files: readonly LocalFile[],
): Promise<LocalFile[]> {
  const { to, signal } = request;
  const manifest = shellQuote(`${dashed(to)}/${STAGING}/manifest`);
  const known = await host.run(`[ ! -f ${manifest} ] || cat -- ${manifest}`, {
    idempotent: true,
    timeoutMs: LOOK_MS,
    maxOutputBytes: MANIFEST_BYTES,
    ...(signal === undefined ? {} : { signal }),
  });
  mustSucceed(host, 'reading the manifest', known);
  const sent = parseManifest(known.stdout);
  const candidates = files.filter(({ path }) => sent.has(path));
  const there = await lookThere(
    host,
    request,
    candidates.map(({ path }) => path),
  );
  const same = new Set<string>();
  for (const file of candidates) {
    const before = sent.get(file.path);
    if (before === undefined || !isUntouched(file, before, there.get(file.path))) continue;
    if ((await digestOf(file)) === before.digest) same.add(file.path);
  }
  return files.filter(({ path }) => !same.has(path));
}

/** Parts that are sent as one archive each. */
function batches(files: readonly LocalFile[]): LocalFile[][] {
  const parts: LocalFile[][] = [];
  let bytes = 0;
  let part: LocalFile[] | undefined;
  for (const file of files) {
    if (part === undefined || bytes + file.size > BATCH_BYTES || part.length >= BATCH_FILES) {
      part = [];
      parts.push(part);
      bytes = 0;
    }
    part.push(file);
    bytes += file.size;
  }
  return parts;
}

async function sendBatch(
  host: RemoteHost,
  { to, signal }: SendRequest,
  files: readonly LocalFile[],
): Promise<void> {
  const lines: string[] = [];
  const prefixed = files.map((file) => ({ ...file, path: `files/${file.path}` }));
  const told = (file: LocalFile, digest: string) => {
    lines.push(manifestLine({ ...file, path: file.path.slice('files/'.length) }, digest));
  };
  const archive = writeTar(prefixed, told, { path: 'lines', content: () => lines.join('') });
  const stdin = Readable.from(archive, { objectMode: false });
  let readError: unknown;
  stdin.on('error', (error) => {
    readError = error;
  });
  const id = randomBytes(8).toString('hex');
  await using stream = await host.stream(unpackScript(to, id), {
    stdin,
    ...(signal === undefined ? {} : { signal }),
  });
  stream.stdout.resume();
  try {
    mustSucceed(host, `unpacking ${files.length} files to ${to}`, await stream.end);
  } catch (error) {
    throw readError ?? error;
  }
}

function isOurs(path: string): boolean {
  return path === STAGING || path.startsWith(`${STAGING}/`);
}

/**
 * Brings files, folders and links to the host: only those whose content, kind or mode is not there already. Many small ones
 * go as one stream, large ones by themselves; each appears in its place at once, when it is complete. Modes, whole seconds
 * of times, and links as they are written are kept. When the link is lost, it goes on from what had been placed. Several
 * calls for one folder must not run at the same time.
 * @throws SSH_ARGUMENT for a path that leaves the folder, SSH_TRANSFER_DIGEST for a file that changes meanwhile,
 *   SSH_SPACE when they do not fit there, before any is sent, SSH_REMOTE_COMMAND with the words of the host (no space, no right), and what {@link RemoteHost.run} throws
 */
export async function sendFiles(host: RemoteHost, request: SendRequest): Promise<SendResult> {
  const files = request.files.map(lookAt);
  const ours = files.find(({ path }) => isOurs(path));
  if (ours !== undefined) {
    throw sshError('SSH_ARGUMENT', `the name ${STAGING} is used by the transfer itself`);
  }
  const { signal, to, onProgress = () => undefined } = request;
  const left = await insist(() => missing(host, request, files), signal);
  await insist(() => mustFit(host, to, left, signal), signal);
  const small = left.filter(({ size }) => size <= LARGE);
  let bytes = 0;
  for (const batch of batches(small)) {
    await insist(() => sendBatch(host, request, batch), signal);
    bytes += batch.reduce((sum, { size }) => sum + size, 0);
    onProgress(bytes);
  }
  for (const file of left.filter(({ size }) => size > LARGE)) {
    await insist(() => sendLarge(host, to, file, signal), signal);
    bytes += file.size;
    onProgress(bytes);
  }
  return { sent: left.length, unchanged: files.length - left.length, bytes };
}
