import { closeSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { ApiRefusal } from './api-client.ts';
import type { Namespace } from './namespace.ts';
import { MAIN, type Pod } from './objects.ts';

/** What the work of a pod printed, as far as the node still has it. */
export async function* podLog(
  namespace: Namespace,
  pod: Pod,
  { follow = false, signal }: { readonly follow?: boolean; readonly signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array> {
  const path = namespace.path('pods', pod.metadata.name, 'log');
  const query = { container: MAIN, ...(follow ? { follow: true } : {}) };
  try {
    yield* namespace.api.stream(path, { query, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    // A container that never started has printed nothing.
    if (error instanceof ApiRefusal && (error.status === 400 || error.status === 404)) return;
    throw error;
  }
}

/** Writes the log of a pod to a file of this machine, whole or not at all. */
export async function saveLog(
  namespace: Namespace,
  pod: Pod | undefined,
  file: string,
): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const aside = `${file}.part`;
  const open = openSync(aside, 'w', 0o600);
  try {
    if (pod !== undefined)
      for await (const piece of podLog(namespace, pod))
        for (let at = 0; at < piece.length; ) at += writeSync(open, piece, at);
  } finally {
    closeSync(open);
  }
  renameSync(aside, file);
}
