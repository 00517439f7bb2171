import {
  chmodSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  renameSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { inParallel } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import type { ManifestEntry } from '../manifest/manifest.ts';
import { flushFolder } from '../manifest/manifest.ts';
import { sayingWhat, sayingWhatAsync } from '../system-error.ts';
import { FileCopier, secondsOf } from './copy-file.ts';
import { digestOf } from './digest.ts';
import { finishFolder, lookAt, makeFolder } from './local-target.ts';
import type { Moved } from './moved.ts';
import { manifestEntry } from './moved.ts';
import type { TreeEntry } from './source-tree.ts';
import { Staging } from './staging.ts';

/** What a copy on this machine takes. */
export interface LocalCopyCall {
  /** Real path of the source. */
  readonly source: string;
  /** Real path of the target. */
  readonly target: string;
  readonly entries: readonly TreeEntry[];
  readonly parallel: number;
  readonly signal: AbortSignal;
}

/** Times at the target are exact to the microsecond. */
const TIME_TOLERANCE_NS = 1_000n;

class LocalCopy {
  readonly #call: LocalCopyCall;
  readonly #staging: Staging;
  readonly #copier: FileCopier;
  readonly #digests = new Map<string, string>();
  copied = 0;

  constructor(call: LocalCopyCall, staging: Staging) {
    this.#call = call;
    this.#staging = staging;
    this.#copier = new FileCopier(call.signal);
  }

  async file(entry: TreeEntry): Promise<void> {
    const { source, target, signal } = this.#call;
    const from = `${source}/${entry.path}`;
    const to = `${target}/${entry.path}`;
    const present = await sayingWhatAsync('compare', to, () => this.#present(from, to, entry));
    if (present !== undefined) {
      this.#digests.set(entry.path, present);
      return;
    }
    const aside = this.#staging.next();
    const sha256 = await sayingWhatAsync(`copy ${from} to`, to, async () => {
      const digest = await this.#copier.copy(from, aside, entry);
      signal.throwIfAborted();
      if (lookAt(to)?.isDirectory() === true)
        throw stepError('STEP_PATH', `${to} is a folder, and a file is to be copied there.`, {
          details: { path: to, failure: 'user-error' },
        });
      renameSync(aside, to);
      return digest;
    });
    this.copied += 1;
    this.#digests.set(entry.path, sha256);
  }

  /** The digest of a file that is at the target already, whole and the same. */
  async #present(from: string, to: string, entry: TreeEntry): Promise<string | undefined> {
    const stat = lookAt(to);
    if (stat?.isFile() !== true || stat.size !== BigInt(entry.size)) return undefined;
    const apart = stat.mtimeNs - entry.mtimeNs;
    if (apart > TIME_TOLERANCE_NS || apart < -TIME_TOLERANCE_NS) return undefined;
    const { signal } = this.#call;
    const [theirs, ours] = await Promise.all([digestOf(to, signal), digestOf(from, signal)]);
    if (theirs !== ours) return undefined;
    chmodSync(to, entry.mode);
    utimesSync(to, secondsOf(entry.mtimeNs), secondsOf(entry.mtimeNs));
    return ours;
  }

  link(entry: TreeEntry): void {
    const to = `${this.#call.target}/${entry.path}`;
    const there = lookAt(to);
    if (there?.isSymbolicLink() === true && readlinkSync(to) === entry.target) return;
    if (there?.isDirectory() === true)
      throw stepError('STEP_PATH', `${to} is a folder, and a link is to be copied there.`, {
        details: { path: to, failure: 'user-error' },
      });
    const aside = this.#staging.next();
    sayingWhat('make the link', to, () => {
      symlinkSync(entry.target ?? '', aside);
      lutimesSync(aside, secondsOf(entry.mtimeNs), secondsOf(entry.mtimeNs));
      renameSync(aside, to);
    });
  }

  manifest(): ManifestEntry[] {
    return this.#call.entries.map((entry) => manifestEntry(entry, this.#digests.get(entry.path)));
  }
}

function ofType(entries: readonly TreeEntry[], type: TreeEntry['type']): TreeEntry[] {
  return entries.filter((entry) => entry.type === type);
}

/**
 * Copies what was listed of a tree to another folder of this machine. Every file is made aside, flushed, read back and
 * compared, and then renamed to its place; what is there already, whole and the same, is left.
 */
export async function copyLocally(call: LocalCopyCall): Promise<Moved> {
  const { entries, parallel, target } = call;
  const folders = ofType(entries, 'directory');
  const pathOf = ({ path }: TreeEntry) => (path === '' ? target : `${target}/${path}`);
  sayingWhat('make the folder', target, () => mkdirSync(target, { recursive: true }));
  const copy = await sayingWhatAsync('copy to', target, async () => {
    using staging = new Staging(target);
    const inside = new LocalCopy(call, staging);
    for (const folder of folders) makeFolder(pathOf(folder));
    await inParallel(ofType(entries, 'file'), { places: parallel }, (entry) => inside.file(entry));
    for (const entry of ofType(entries, 'link')) inside.link(entry);
    return inside;
  });
  for (const folder of folders.toReversed()) {
    await sayingWhatAsync('flush', pathOf(folder), () => flushFolder(pathOf(folder)));
    finishFolder(pathOf(folder), folder);
  }
  return { entries: copy.manifest(), copied: copy.copied, verification: 'read back' };
}
