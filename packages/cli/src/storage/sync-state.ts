import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const HEAD = 'orchestrate sync 1';

/** What both sides of one object looked like when they were known to be the same. */
export interface SamePair {
  readonly source: string;
  readonly target: string;
}

/**
 * What an earlier sync of the same two places knew to be the same: relative name -> marks of both sides. Only a memory: without
 * it, and wherever it does not fit what is there, contents are compared.
 */
export class SyncState {
  readonly #file: string;
  readonly #known: Map<string, string>;
  #isChanged = false;

  private constructor(file: string, known: Map<string, string>) {
    this.#file = file;
    this.#known = known;
  }

  /** Reads what is known of two places, by what they are called. */
  static open(stateDirectory: string, from: string, to: string): SyncState {
    const name = createHash('sha256').update(`${from}\n${to}`).digest('hex').slice(0, 32);
    const file = join(stateDirectory, 'sync', name);
    return new SyncState(file, readKnown(file));
  }

  isSame(relative: string, { source, target }: SamePair): boolean {
    return this.#known.get(relative) === `${source}\t${target}`;
  }

  note(relative: string, { source, target }: SamePair): void {
    this.#known.set(relative, `${source}\t${target}`);
    this.#isChanged = true;
  }

  /** Keeps only the names that are still there, and writes everything down, whole or not at all. */
  save(isThere: (relative: string) => boolean): void {
    if (!this.#isChanged && [...this.#known.keys()].every(isThere)) return;
    const lines = [HEAD];
    for (const [relative, marks] of this.#known)
      if (isThere(relative)) lines.push(`${relative}\t${marks}`);
    mkdirSync(dirname(this.#file), { recursive: true });
    const aside = `${this.#file}.${process.pid}`;
    writeFileSync(aside, `${lines.join('\n')}\n`);
    renameSync(aside, this.#file);
  }
}

function readKnown(file: string): Map<string, string> {
  const known = new Map<string, string>();
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    return known;
  }
  const lines = text.split('\n');
  // One that was cut has no empty line at its end.
  if (lines[0] !== HEAD || lines.at(-1) !== '') return known;
  for (const line of lines.slice(1, -1)) {
    const tab = line.indexOf('\t');
    if (tab > 0) known.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return known;
}
