import { parseAddress } from '@orchestrate/core';
import { type DigestCounts, NO_DIGESTS } from './output-digests.ts';
import type { OutputLine } from './output-lines.ts';

/** Outputs that the metadata name one by one; of more, it names the folders they are in. `outputs.ndjson` has all. */
export const MOST_LISTED = 10_000;
/** Folders that are named then. */
const MOST_FOLDERS = 1_000;

/** A folder of a storage and what of a run is below it. */
export interface OutputFolder {
  readonly storage: string;
  /** Without a slash at the end; '' for the whole storage. */
  readonly key: string;
  readonly outputs: number;
  readonly bytes: number;
}

/** What a run made, in sum. */
export interface OutputCounts extends DigestCounts {
  readonly outputs: number;
  readonly bytes: number;
  /** Reused tasks whose outputs are not in the journal. */
  readonly untraced: number;
}

function common(one: string, other: string): string {
  const [parts, others] = [one.split('/'), other.split('/')];
  const differs = parts.findIndex((part, at) => part !== others[at]);
  return differs === -1 ? one : parts.slice(0, differs).join('/');
}

function folderOf(key: string): string {
  const bare = key.endsWith('/') ? key.slice(0, -1) : key;
  return bare.includes('/') ? bare.slice(0, bare.lastIndexOf('/')) : '';
}

/** Counts outputs as they pass: keeps the first ones, and for each set the folder that holds all of its outputs. */
export class OutputTally {
  readonly #listed: OutputLine[] = [];
  /** Set and storage -> what is known of the folder. */
  readonly #folders = new Map<string, OutputFolder>();
  #outputs = 0;
  #bytes = 0;
  #rest: DigestCounts & { readonly untraced: number } = { ...NO_DIGESTS, untraced: 0 };

  add(line: OutputLine): void {
    const { storage, key } = parseAddress(line.address);
    this.#outputs += 1;
    this.#bytes += line.bytes;
    if (this.#listed.length < MOST_LISTED) this.#listed.push(line);
    const set = line.task.split('/', 1)[0] ?? '';
    const name = `${set}\n${storage}`;
    const known = this.#folders.get(name);
    const folder = folderOf(key);
    this.#folders.set(name, {
      storage,
      key: known === undefined ? folder : common(known.key, folder),
      outputs: (known?.outputs ?? 0) + 1,
      bytes: (known?.bytes ?? 0) + line.bytes,
    });
  }

  /** What was counted elsewhere. */
  finish(digests: DigestCounts, untraced: number): void {
    this.#rest = { ...digests, untraced };
  }

  get counts(): OutputCounts {
    return { ...this.#rest, outputs: this.#outputs, bytes: this.#bytes };
  }

  /** Every output, or `undefined` when they are too many to be named. */
  get listed(): readonly OutputLine[] | undefined {
    return this.#outputs > MOST_LISTED ? undefined : this.#listed;
  }

  /** The folders that hold the outputs, sets that share one together. */
  get folders(): readonly OutputFolder[] {
    const merged = new Map<string, OutputFolder>();
    for (const folder of this.#folders.values()) {
      const name = `${folder.storage}:${folder.key}`;
      const known = merged.get(name);
      merged.set(name, {
        ...folder,
        outputs: folder.outputs + (known?.outputs ?? 0),
        bytes: folder.bytes + (known?.bytes ?? 0),
      });
    }
    return [...merged.values()].slice(0, MOST_FOLDERS);
  }
}
