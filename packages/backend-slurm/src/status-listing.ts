import { shellQuote } from '@orchestrate/ssh';
import { batchesFolder } from './layout.ts';

/** How a job ended, as the name of its status file says. */
export interface EndEntry {
  readonly index: number;
  /** How often SLURM had started the job again. */
  readonly restart: number;
  readonly code: number;
  /** Signal the batch was given meanwhile, `TIME` when its own limit ended it, `CANCEL` when that was asked for. */
  readonly signal?: string;
  /** Milliseconds since 1970, of the clock of the node. */
  readonly startedAt: number;
  readonly endedAt: number;
}

/** What the folders of a batch say. */
export interface BatchListing {
  readonly batch: string;
  /** Jobs that were claimed. */
  readonly claimed: readonly number[];
  readonly ended: readonly EndEntry[];
}

const END = /^([0-9]+)\.([0-9]+)\.([0-9]+)\.([A-Z0-9]+|-)\.([0-9]+)\.([0-9]+)$/;

/** Reads the name of a status file; `undefined` for another file. */
export function parseEnd(name: string): EndEntry | undefined {
  const match = END.exec(name);
  if (match === null) return undefined;
  const [, index, restart, code, signal = '-', start, end] = match;
  return {
    index: Number(index),
    restart: Number(restart),
    code: Number(code),
    ...(signal === '-' ? {} : { signal }),
    startedAt: Number(start),
    endedAt: Number(end),
  };
}

/**
 * The command that lists the status files of batches, of each after a line `@NAME`. Making and removing a file makes network
 * file systems forget an old listing of the folder.
 */
export function listingScript(workdir: string, batches: readonly string[]): string {
  const names = batches.map(shellQuote).join(' ');
  return [
    `cd -- ${shellQuote(batchesFolder(workdir))} || exit 3`,
    `for b in ${names}; do`,
    '  printf "@%s\\n" "$b"; [ -d "$b/e" ] || continue',
    '  f="$b/e/.look$$"; : >"$f" && rm -f -- "$f"',
    '  ls -U -- "$b/s"; echo +; ls -U -- "$b/e"',
    'done 2>/dev/null',
    'true',
  ].join('\n');
}

/** What {@link listingScript} printed. */
export function parseListing(text: string): BatchListing[] {
  const listings: { batch: string; claimed: number[]; ended: EndEntry[] }[] = [];
  let inEnds = false;
  for (const line of text.split('\n')) {
    const current = listings.at(-1);
    if (line.startsWith('@')) {
      listings.push({ batch: line.slice(1), claimed: [], ended: [] });
      inEnds = false;
    } else if (line === '+') inEnds = true;
    else if (current === undefined || line === '') continue;
    else if (inEnds) {
      const end = parseEnd(line);
      if (end !== undefined) current.ended.push(end);
    } else if (/^[0-9]+$/.test(line)) current.claimed.push(Number(line));
  }
  return listings;
}
