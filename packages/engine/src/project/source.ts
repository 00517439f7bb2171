/** A text that parts of the project come from: a file, or one `--set`. Turns offsets into lines and columns. */
export class Source {
  /** As people see it: a path relative to the folder of the call, or `--set backends.hpc.slots`. */
  readonly name: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(name: string, text: string) {
    this.name = name;
    this.text = text;
  }

  /** Line and column of an offset, both from 1. */
  position(offset: number): { readonly line: number; readonly column: number } {
    const starts = this.#starts();
    const inside = Math.max(0, Math.min(offset, this.text.length));
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((starts[middle] ?? 0) <= inside) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: inside - (starts[low] ?? 0) + 1 };
  }

  /** The line around an offset and a caret under it; long lines are cut around the place. */
  excerpt(offset: number): readonly [line: string, caret: string] | undefined {
    const { line, column } = this.position(offset);
    const start = this.#starts()[line - 1] ?? 0;
    // A line may be megabytes long: only the part around the place is ever cut out of the text.
    const from = column > SHOWN_BEFORE ? start + column - 1 - SHOWN_BEFORE : start;
    const piece = this.text.slice(from, from + SHOWN);
    const end = piece.search(/[\r\n]/);
    const visible = (end === -1 ? piece : piece.slice(0, end)).replace(UNPRINTABLE, ' ').trimEnd();
    if (visible === '') return undefined;
    const head = from > start ? '...' : '';
    const tail = end === -1 && from + SHOWN < this.text.length ? '...' : '';
    const before = head.length + start + column - 1 - from;
    return [`${head}${visible}${tail}`, `${' '.repeat(before)}^`];
  }

  #starts(): number[] {
    if (this.#lineStarts === undefined) {
      const starts = [0];
      for (let at = this.text.indexOf('\n'); at !== -1; at = this.text.indexOf('\n', at + 1)) {
        starts.push(at + 1);
      }
      this.#lineStarts = starts;
    }
    return this.#lineStarts;
  }
}

/** A place in a source. */
export interface Spot {
  readonly source: Source;
  readonly offset: number;
}

const SHOWN = 120;
const SHOWN_BEFORE = 70;
// Tabs and control characters would shift the caret or reach the terminal.
const UNPRINTABLE = /[\p{Cc}\p{Cf}]/gu;
