import type { Footer, Output } from './output.ts';
import { textWidth } from './printable.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[0J';
const CLEAR_RIGHT = '\u001b[K';

/** A line of the footer: what is shown and what it looks like. */
export interface FooterLine {
  /** Without escape sequences, for measuring. */
  readonly text: string;
  /** The same text with its colours. */
  readonly painted: string;
}

/** Draws the lines for a terminal of the given size. */
export type DrawLines = (columns: number, rows: number) => readonly FooterLine[];

/** Calls back after some milliseconds; disposing takes it back. */
export type Later = (milliseconds: number, call: () => void) => Disposable;

const SHORTEST_PAUSE_MILLISECONDS = 100;

/**
 * Keeps a few lines at the bottom of the terminal up to date while other lines scroll by above. Draws at most ten times a
 * second, follows the size of the window, and leaves the terminal as it was.
 */
export class FooterRegion implements Footer, Disposable {
  readonly #output: Output;
  readonly #draw: DrawLines;
  readonly #later: Later;
  #shown: readonly FooterLine[] = [];
  #timer: Disposable | undefined;
  #isOpen = false;
  #isStale = false;

  constructor(output: Output, draw: DrawLines, later: Later) {
    this.#output = output;
    this.#draw = draw;
    this.#later = later;
    output.onResize(() => this.refresh());
  }

  /** Takes the bottom of the terminal. */
  open(): void {
    this.#isOpen = true;
    this.#output.setFooter(this);
    this.#output.writeFooter(HIDE_CURSOR + this.paintAgain());
  }

  /** Asks for a new drawing; several asked for in a short time become one. */
  refresh(): void {
    if (!this.#isOpen) return;
    this.#isStale = true;
    if (this.#timer !== undefined) return;
    this.#timer = this.#later(SHORTEST_PAUSE_MILLISECONDS, () => {
      this.#timer = undefined;
      if (!this.#isOpen || !this.#isStale) return;
      if (this.#output.isBusy) {
        this.refresh();
        return;
      }
      this.#output.writeFooter(this.#overwrite());
    });
  }

  erase(): string {
    const up = this.#rowsShown() - 1;
    const erased = `\r${up > 0 ? `\u001b[${up}A` : ''}${CLEAR_BELOW}`;
    return this.#shown.length === 0 ? '' : erased;
  }

  paintAgain(): string {
    if (!this.#isOpen) return '';
    this.#take();
    return this.#shown.map((line) => line.painted + CLEAR_RIGHT).join('\r\n');
  }

  /** Clears the lines and gives the cursor back. May be called more than once. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    this.#output.setFooter(undefined);
    this.#output.writeFooter(this.erase() + SHOW_CURSOR);
    this.#shown = [];
  }

  #overwrite(): string {
    const up = this.#rowsShown() - 1;
    const back = this.#shown.length === 0 ? '' : `\r${up > 0 ? `\u001b[${up}A` : ''}`;
    return `${back}${this.paintAgain()}${CLEAR_BELOW}`;
  }

  #take(): void {
    this.#isStale = false;
    this.#shown = this.#draw(this.#output.width ?? 80, this.#output.height);
  }

  /** Rows the lines take now: a window that became narrower has broken them. */
  #rowsShown(): number {
    const columns = this.#output.width ?? 80;
    return this.#shown.reduce(
      (rows, line) => rows + Math.max(1, Math.ceil(textWidth(line.text) / columns)),
      0,
    );
  }
}
