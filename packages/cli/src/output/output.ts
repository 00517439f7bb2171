import type { Paint, Signs } from './paint.ts';

/** The part of a stream of the process that is used here. */
export interface OutputStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  readonly writableNeedDrain?: boolean | undefined;
  write(text: string | Uint8Array, done?: (error?: Error | null) => void): boolean;
  on(event: 'error' | 'resize' | 'drain', listener: (error?: Error) => void): unknown;
}

/** What {@link Output} is made of. */
export interface OutputOptions {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  /** Looks for standard output and standard error. */
  readonly paint: Paint;
  readonly errorPaint: Paint;
  readonly signs: Signs;
  readonly json: boolean;
  readonly level: 'quiet' | 'normal' | 'verbose';
}

/** Something that occupies the last lines of the terminal and makes way for lines that stay. */
export interface Footer extends Disposable {
  /** Takes itself off the screen: what has to be written for that. */
  erase(): string;
  /** Puts itself back below what was written meanwhile. */
  paintAgain(): string;
}

/** Takes secret values out of a text. */
export type Redact = (text: string) => string;

/**
 * The one place where text leaves the process for the terminal, a pipe or a file. Everything is redacted by value here.
 * A reader that went away is not an error: what it would have read is dropped, and {@link Output.closed} says so.
 */
export class Output {
  readonly paint: Paint;
  readonly errorPaint: Paint;
  readonly signs: Signs;
  readonly isJson: boolean;
  readonly level: 'quiet' | 'normal' | 'verbose';
  readonly #stdout: OutputStream;
  readonly #stderr: OutputStream;
  readonly #closed = new AbortController();
  #redact: Redact = (text) => text;
  #footer: Footer | undefined;
  #pending = 0;
  #whenIdle: (() => void)[] = [];

  constructor(options: OutputOptions) {
    this.#stdout = options.stdout;
    this.#stderr = options.stderr;
    this.paint = options.paint;
    this.errorPaint = options.errorPaint;
    this.signs = options.signs;
    this.isJson = options.json;
    this.level = options.level;
    this.#stdout.on('error', () => this.#closed.abort());
    // Without a listener a closed error stream would end the process.
    this.#stderr.on('error', () => {});
  }

  /** Aborted once nobody reads standard output any more. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  /** Whether a person looks at standard output. */
  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Columns to keep to, or `undefined` where lines may have any length. */
  get width(): number | undefined {
    if (!this.isTerminal) return undefined;
    const { columns } = this.#stdout;
    return columns === undefined || columns < 20 ? 80 : columns;
  }

  /** Rows of the terminal. */
  get height(): number {
    const { rows } = this.#stdout;
    return rows === undefined || rows < 4 ? 24 : rows;
  }

  /** From now on, the values `redact` knows do not leave the process. Earlier ones stay in force. */
  protect(redact: Redact): void {
    const before = this.#redact;
    this.#redact = (text) => redact(before(text));
  }

  /** What {@link Output.protect} was told, for text that leaves by another way, such as a crash log. */
  redact(text: string): string {
    return this.#redact(text);
  }

  /** Writes lines of the answer to standard output. */
  print(...lines: readonly string[]): void {
    if (lines.length > 0) this.write(`${lines.join('\n')}\n`);
  }

  /** Writes lines about the answer to standard error: errors, warnings, hints. */
  note(...lines: readonly string[]): void {
    if (lines.length === 0) return;
    const text = this.#redact(`${lines.join('\n')}\n`);
    this.#aside(() => this.#send(this.#stderr, text));
  }

  /** {@link Output.note}, for what `--quiet` and `--json` leave out. */
  remark(...lines: readonly string[]): void {
    if (this.level !== 'quiet' && !this.isJson) this.note(...lines);
  }

  /** Writes one JSON value to standard output, indented for people, on one line for programs. */
  answer(value: unknown): void {
    this.write(`${JSON.stringify(value, undefined, this.isTerminal ? 2 : undefined)}\n`);
  }

  /** Writes text to standard output as it is, secrets apart. */
  write(text: string): void {
    const safe = this.#redact(text);
    this.#aside(() => this.#send(this.#stdout, safe));
  }

  /** Writes the footer's own text; nobody else writes cursor movements. */
  writeFooter(text: string): void {
    this.#send(this.#stdout, this.#redact(text));
  }

  /** Whether the terminal has not yet taken what was written: no moment to draw again. */
  get isBusy(): boolean {
    return this.#stdout.writableNeedDrain === true;
  }

  /** Gives the last lines of the terminal to a footer, or takes them back. */
  setFooter(footer: Footer | undefined): void {
    this.#footer = footer;
  }

  /** Takes the footer, if there is one, off the screen for good: the last thing before the process ends early. */
  dropFooter(): void {
    this.#footer?.[Symbol.dispose]();
  }

  /** Calls back when the terminal changes its size. */
  onResize(listener: () => void): void {
    this.#stdout.on('resize', listener);
  }

  /** Resolves once everything written so far has been taken by the system. */
  async flush(): Promise<void> {
    if (this.#pending === 0) return;
    await new Promise<void>((resolve) => {
      this.#whenIdle.push(resolve);
    });
  }

  #aside(write: () => void): void {
    const footer = this.#footer;
    if (footer === undefined) {
      write();
      return;
    }
    this.writeFooter(footer.erase());
    write();
    this.writeFooter(footer.paintAgain());
  }

  #send(stream: OutputStream, text: string): void {
    if (text === '' || (stream === this.#stdout && this.closed.aborted)) return;
    this.#pending += 1;
    stream.write(text, () => {
      this.#pending -= 1;
      if (this.#pending > 0) return;
      for (const resolve of this.#whenIdle.splice(0)) resolve();
    });
  }
}
