/** A path into a document: keys of maps and positions in lists. */
export type Path = readonly (string | number)[];

/** Something wrong or doubtful in a file; `line` and `column` count from 1. */
export interface Problem {
  readonly severity: 'error' | 'warning';
  /** Stable name of what is wrong, for reports and for programs: `base-60-number`. */
  readonly kind: string;
  /** As it was given to the reader. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `ensemble.batches[0].maxruns`; '' for the whole file. */
  readonly path: string;
  /** `expected a number, got a text`; one line. */
  readonly message: string;
  /** What to do; one line. */
  readonly hint?: string;
  /** The line of the file and, below it, a caret under the column. */
  readonly excerpt?: readonly [line: string, caret: string];
}

/** Where something is: an offset into the text and the path of keys that leads there, or that path as text. */
export interface Spot {
  readonly offset: number;
  readonly path: Path | string;
}

/** What is wrong, in words. */
export interface Complaint {
  readonly kind: string;
  readonly message: string;
  readonly hint?: string;
}

/** More than anybody reads; a hostile file could have millions. */
const KEPT = 500;
const SHOWN_BEFORE = 60;
const SHOWN_LENGTH = 110;
const STEERING = /[\p{Cc}\p{Cf}]/gu;

/** Gathers what is wrong with one file. */
export class Problems {
  readonly file: string;
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  readonly #kept: { readonly offset: number; readonly problem: Problem }[] = [];
  readonly #seen = new Set<string>();
  #errors = 0;

  constructor(file: string, text: string) {
    this.file = file;
    this.#text = text;
    this.#lineStarts = [
      0,
      ...[...text.matchAll(/\r\n?|\n/g)].map((end) => end.index + end[0].length),
    ];
  }

  /** Number of errors, those that were too many to keep included. */
  get errors(): number {
    return this.#errors;
  }

  /** What is said twice of one place, as of a default that many batches take, counts once. */
  error(spot: Spot, complaint: Complaint): void {
    this.#add('error', spot, complaint);
  }

  warning(spot: Spot, complaint: Complaint): void {
    this.#add('warning', spot, complaint);
  }

  /** In the order of the file. */
  sorted(): readonly Problem[] {
    return [...this.#kept].sort((a, b) => a.offset - b.offset).map(({ problem }) => problem);
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    let row = 0;
    let end = this.#lineStarts.length;
    while (end - row > 1) {
      const middle = (row + end) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) row = middle;
      else end = middle;
    }
    return { line: row + 1, column: offset - (this.#lineStarts[row] ?? 0) + 1 };
  }

  #add(severity: Problem['severity'], spot: Spot, complaint: Complaint): void {
    const identity = `${spot.offset} ${complaint.kind} ${complaint.message}`;
    if (this.#seen.has(identity)) return;
    if (severity === 'error') this.#errors += 1;
    if (this.#kept.length >= KEPT) return;
    this.#seen.add(identity);
    const { line, column } = this.position(spot.offset);
    const excerpt = this.#excerpt(spot.offset, column);
    const problem: Problem = {
      severity,
      kind: complaint.kind,
      file: this.file,
      line,
      column,
      path: typeof spot.path === 'string' ? spot.path : pathText(spot.path),
      message: oneLine(complaint.message),
      ...(complaint.hint === undefined ? {} : { hint: oneLine(complaint.hint) }),
      ...(excerpt === undefined ? {} : { excerpt }),
    };
    this.#kept.push({ offset: spot.offset, problem });
  }

  #excerpt(offset: number, column: number): Problem['excerpt'] {
    const before = Math.min(column - 1, SHOWN_BEFORE);
    const from = offset - before;
    const shown = /^[^\r\n]*/.exec(this.#text.slice(from, from + SHOWN_LENGTH))?.[0] ?? '';
    // A tab or a control character would shift the caret or reach the terminal.
    const line = shown.replace(STEERING, ' ').trimEnd();
    return line === '' ? undefined : [line, `${' '.repeat(before)}^`];
  }
}

function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > 500 ? `${line.slice(0, 497)}...` : line;
}

/** `ensemble.batches[0].runs[3]["my key"]`; '' for the whole file. */
export function pathText(path: Path): string {
  return path
    .map((part, index) => {
      if (typeof part === 'number') return `[${part}]`;
      if (/^[\w$-]{1,60}$/.test(part)) return index === 0 ? part : `.${part}`;
      return `[${JSON.stringify(part.replace(STEERING, ' ').slice(0, 60))}]`;
    })
    .join('');
}
