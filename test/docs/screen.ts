const ESCAPE = '\u001b';

/** What stays on a terminal after a program has written to it: follows the few cursor movements that we use. */
export class Screen {
  readonly #rows: string[] = [''];
  #row = 0;
  #column = 0;
  #saved: readonly [row: number, column: number] = [0, 0];

  write(text: string): void {
    const pieces = text.matchAll(
      new RegExp(`${ESCAPE}\\[([?0-9;]*)([A-Za-z])|${ESCAPE}[78]|\r|\n|[^${ESCAPE}\r\n]+`, 'g'),
    );
    for (const [piece, count, kind] of pieces) {
      if (piece === '\r') this.#column = 0;
      else if (piece === '\n') this.#down();
      else if (piece === `${ESCAPE}7`) this.#saved = [this.#row, this.#column];
      else if (piece === `${ESCAPE}8`) [this.#row, this.#column] = this.#saved;
      else if (kind === undefined) this.#put(piece);
      else this.#move(kind, Number(count ?? 0));
    }
  }

  /** The lines, without blanks at their ends and empty ones at the end. */
  lines(): string[] {
    const lines = this.#rows.map((line) => line.trimEnd());
    while (lines.at(-1) === '') lines.pop();
    return lines;
  }

  #down(): void {
    this.#row += 1;
    if (this.#rows.length === this.#row) this.#rows.push('');
  }

  #put(text: string): void {
    const before = (this.#rows[this.#row] ?? '').padEnd(this.#column);
    this.#rows[this.#row] =
      before.slice(0, this.#column) + text + before.slice(this.#column + text.length);
    this.#column += text.length;
  }

  #move(kind: string, count: number): void {
    if (kind === 'A') this.#row = Math.max(0, this.#row - Math.max(1, count));
    if (kind !== 'K' && kind !== 'J') return;
    this.#rows[this.#row] = (this.#rows[this.#row] ?? '').slice(0, this.#column);
    if (kind === 'J') this.#rows.length = this.#row + 1;
  }
}
