import type { Footer, Output } from './output.ts';

const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const CLEAR_BELOW = '\u001b[0J';
const CLEAR_RIGHT = '\u001b[K';
const SAVE_CURSOR = '\u001b7';
const RESTORE_CURSOR = '\u001b8';

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
 *
 * Between drawings the cursor waits at the beginning of the first line, and its place is saved: keys that are pressed
 * meanwhile are shown by the terminal itself, over lines that are drawn again, and Enter moves the cursor, but not the saved
 * place. Nothing is read and the terminal's settings are left alone, so what was typed is there for the shell afterwards.
 */
export class FooterRegion implements Footer, Disposable {
  readonly #output: Output;
  readonly #draw: DrawLines;
  readonly #later: Later;
  #shown: readonly FooterLine[] = [];
  #timer: Disposable | undefined;
  #isOpen = false;
  #isStale = false;
  /** The window has another size than when the place of the cursor was saved, which went with the text. */
  #isResized = false;

  constructor(output: Output, draw: DrawLines, later: Later) {
    this.#output = output;
    this.#draw = draw;
    this.#later = later;
    output.onResize(() => {
      this.#isResized = true;
      this.refresh();
    });
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
    return this.#shown.length === 0 ? '' : `${this.#start()}${CLEAR_BELOW}`;
  }

  paintAgain(): string {
    if (!this.#isOpen) return '';
    this.#take();
    this.#isResized = false;
    const lines = this.#shown.map((line) => line.painted + CLEAR_RIGHT).join('\r\n');
    const up = this.#shown.length - 1;
    return `${lines}${CLEAR_BELOW}\r${up > 0 ? `\u001b[${up}A` : ''}${SAVE_CURSOR}`;
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
    const start = this.#shown.length === 0 ? '' : this.#start();
    return start + this.paintAgain();
  }

  /** To the beginning of the first line. */
  #start(): string {
    return this.#isResized ? '\r' : RESTORE_CURSOR;
  }

  #take(): void {
    this.#isStale = false;
    this.#shown = this.#draw(this.#output.width ?? 80, this.#output.height);
  }
}
