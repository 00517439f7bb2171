import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FunctionContext, Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { PathFilter } from '../filter/path-filter.ts';
import { writeManifest } from '../manifest/manifest.ts';
import { readArgs } from '../read-args.ts';
import { sayingWhat } from '../system-error.ts';
import { MoveArgs } from './args.ts';
import { type Destination, parseDestination } from './destination.ts';
import { copyLocally } from './local-copy.ts';
import { isInside, mustBeApart, realPlace } from './local-target.ts';
import type { Moved } from './moved.ts';
import { copyRemotely } from './remote-copy.ts';
import { listTree } from './source-tree.ts';
import { SshHost } from './ssh-host.ts';

/** The real path of the folder that is to be copied. */
function sourceFolder(from: string): string {
  const source = realPlace(from);
  if (sayingWhat('read', source, () => statSync(source)).isDirectory()) return source;
  throw stepError('STEP_PATH', `${source} is not a folder.`, {
    details: { path: source, failure: 'user-error' },
  });
}

function manifestPath(given: string | undefined, source: string, context: FunctionContext): string {
  const written = given ?? context.outputs['manifest'];
  if (written === undefined)
    throw stepError(
      'STEP_ARGUMENTS',
      'step move: manifest: expected a path, or an output of the task that is called manifest',
    );
  const path = realPlace(written);
  if (!isInside(path, source)) return path;
  throw stepError('STEP_PATH', `The manifest ${path} lies in the folder that is copied.`, {
    details: { path, failure: 'user-error' },
  });
}

async function copyTo(
  destination: Destination,
  source: string,
  { args, signal }: { readonly args: MoveArgs; readonly signal: AbortSignal },
): Promise<Moved> {
  const { include, exclude, parallel, rsync, remoteRsync } = args;
  const list = () => listTree(source, new PathFilter(include, exclude), signal);
  if (destination.kind === 'local') {
    const target = realPlace(destination.path);
    mustBeApart(source, target);
    return copyLocally({ source, target, entries: await list(), parallel, signal });
  }
  const host = new SshHost(destination.host, args.ssh, signal);
  const { path: folder } = destination;
  const entries = await list();
  return copyRemotely({ rsync, remoteRsync, host, source, folder, entries, signal }, parallel);
}

/**
 * Copies a folder to another place and verifies every file there; the source is left as it is, see the step `remove`.
 * Repeated, it copies only what is not there yet. Result: `{ files, bytes, copied, verification, manifest }`, where `copied`
 * are the files that were not there before.
 * @throws STEP_ARGUMENTS, STEP_PATH, STEP_LINK, STEP_SPACE, STEP_DENIED, STEP_UNAVAILABLE, STEP_CHANGED, STEP_CORRUPT,
 *   STEP_PROGRAM_MISSING, STEP_STOPPED; `details.failure` says whether it is `quota`, `user-error` or `later`
 */
export async function move(args: Json, context: FunctionContext): Promise<Json> {
  const read = readArgs('move', MoveArgs, args);
  const destination = parseDestination(read.to);
  const source = sourceFolder(resolve(read.from));
  const manifest = manifestPath(read.manifest, source, context);
  const moved = await copyTo(destination, source, { args: read, signal: context.signal });
  await writeManifest(manifest, moved.entries);
  const sizes = moved.entries.flatMap((entry) => (entry.type === 'file' ? [entry.size] : []));
  return {
    files: sizes.length,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    copied: moved.copied,
    verification: moved.verification,
    manifest,
  };
}
