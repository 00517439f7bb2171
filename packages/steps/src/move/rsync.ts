import { Readable } from 'node:stream';
import { type ProgramEnd, runProgram } from '../program/program.ts';
import type { TreeEntry } from './source-tree.ts';
import type { SshHost } from './ssh-host.ts';

/** A transfer by the rsync of this machine. */
export interface Transfer {
  readonly rsync: string;
  readonly remoteRsync: string | undefined;
  readonly host: SshHost;
  /** Real path of the source. */
  readonly source: string;
  /** Folder on the host. */
  readonly folder: string;
  readonly entries: readonly TreeEntry[];
  readonly signal: AbortSignal;
}

/** Files partly there after a broken transfer are kept aside under this name and used by the next one. */
const PARTIAL = '.orchestrate-move~partial';

const KEPT = [
  '--links',
  '--perms',
  '--times',
  '--dirs',
  '--from0',
  '--files-from=-',
  '--secluded-args',
];

function listOf(entries: readonly TreeEntry[]): Readable {
  const names = function* () {
    for (const { path } of entries) yield `./${path}\0`;
  };
  return Readable.from(names(), { objectMode: false });
}

/** Runs rsync over what was listed; it makes every file aside and renames it, too. */
export async function transfer(call: Transfer, more: readonly string[]): Promise<ProgramEnd> {
  const { rsync, remoteRsync, host, source, folder, signal } = call;
  const argv = [
    rsync,
    ...KEPT,
    `--partial-dir=${PARTIAL}`,
    `--rsh=${host.rsh}`,
    ...(remoteRsync === undefined ? [] : [`--rsync-path=${remoteRsync}`]),
    ...more,
    '--',
    `${source}/`,
    `${host.name}:${folder}/`,
  ];
  const end = await runProgram({
    argv,
    environment: { LC_ALL: 'C' },
    input: listOf(call.entries),
    keepBytes: 4_096,
    stdout: 'quiet',
    signal,
  });
  if (end.code !== 0) throw host.failure(`copy ${source} to`, end);
  return end;
}

/** Whether rsync finds every file there to have the same content, by its own digests. */
export async function isSameByRsync(call: Transfer): Promise<boolean> {
  const end = await transfer(call, ['--checksum', '--dry-run', '--out-format=%i']);
  return !end.isCut && !/^[<>c][fL]/m.test(end.stdout);
}
