import { describe, expect, it } from 'vitest';
import { FooterRegion, type Later } from './footer-region.ts';
import { Output, type OutputStream } from './output.ts';
import { chooseSigns, plainPaint } from './paint.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal reads them
const PIECES = /\u001b(?:\[\??[0-9]*[A-Za-z]|[78])|\r|\n|[^\u001b\r\n]+/g;

/** A terminal that understands what is written here: text, line ends, cursor up, clearing, hiding the cursor. */
class Screen implements OutputStream {
  readonly isTTY = true;
  columns = 40;
  rows = 10;
  isCursorShown = true;
  lines: string[] = [''];
  writes = 0;
  #row = 0;
  #column = 0;
  #saved: [row: number, column: number] = [0, 0];
  readonly #listeners = new Map<string, (() => void)[]>();

  write(text: string, done?: () => void): boolean {
    this.writes += 1;
    for (const [piece] of text.matchAll(PIECES)) this.#take(piece);
    done?.();
    return true;
  }

  on(event: string, listener: () => void): void {
    this.#listeners.set(event, [...(this.#listeners.get(event) ?? []), listener]);
  }

  resize(columns: number): void {
    this.columns = columns;
    for (const listener of this.#listeners.get('resize') ?? []) listener();
  }

  get text(): string {
    return this.lines.join('\n').trimEnd();
  }

  #take(piece: string): void {
    if (piece === '\r') this.#column = 0;
    else if (piece === '\n') {
      this.#row += 1;
      this.#column = 0;
    } else if (piece === '\u001b7') this.#saved = [this.#row, this.#column];
    else if (piece === '\u001b8') [this.#row, this.#column] = this.#saved;
    else if (piece === '\u001b[?25l') this.isCursorShown = false;
    else if (piece === '\u001b[?25h') this.isCursorShown = true;
    else if (piece === '\u001b[K') this.#set(this.#line.slice(0, this.#column));
    else if (piece === '\u001b[0J') {
      this.#set(this.#line.slice(0, this.#column));
      this.lines.length = this.#row + 1;
    } else if (piece.startsWith('\u001b[') && piece.endsWith('A')) {
      this.#row = Math.max(0, this.#row - Number(piece.slice(2, -1)));
    } else {
      this.#set(
        this.#line.slice(0, this.#column).padEnd(this.#column) +
          piece +
          this.#line.slice(this.#column + piece.length),
      );
      this.#column += piece.length;
    }
  }

  get #line(): string {
    return this.lines[this.#row] ?? '';
  }

  #set(line: string): void {
    while (this.lines.length <= this.#row) this.lines.push('');
    this.lines[this.#row] = line;
  }
}

/** Timers that run when told to. */
class Timers {
  readonly #waiting = new Set<() => void>();
  readonly later: Later = (_milliseconds, call) => {
    this.#waiting.add(call);
    return { [Symbol.dispose]: () => void this.#waiting.delete(call) };
  };

  run(): void {
    const due = new Set(this.#waiting);
    this.#waiting.clear();
    for (const call of due) call();
  }
}

function setUp(draw: () => readonly string[]) {
  const screen = new Screen();
  const timers = new Timers();
  const output = new Output({
    stdout: screen,
    stderr: screen,
    paint: plainPaint,
    errorPaint: plainPaint,
    signs: chooseSigns({}),
    json: false,
    level: 'normal',
  });
  const region = new FooterRegion(
    output,
    () => draw().map((text) => ({ text, painted: text })),
    timers.later,
  );
  return { screen, timers, output, region };
}

describe('FooterRegion', () => {
  it('stays below the lines that are printed meanwhile, and shrinks and grows', () => {
    let lines = ['bar 10%', 'one running', 'two running'];
    const { screen, timers, output, region } = setUp(() => lines);

    region.open();
    output.print('first');
    output.note('second', 'third');
    expect(screen.text).toBe('first\nsecond\nthird\nbar 10%\none running\ntwo running');

    lines = ['bar 90%'];
    region.refresh();
    timers.run();
    expect(screen.text).toBe('first\nsecond\nthird\nbar 90%');

    lines = ['bar 95%', 'x'];
    region.refresh();
    timers.run();
    expect(screen.text).toBe('first\nsecond\nthird\nbar 95%\nx');
  });

  it('draws once for many changes', () => {
    const { screen, timers, region } = setUp(() => ['bar']);
    region.open();
    const before = screen.writes;

    for (let change = 0; change < 1000; change += 1) region.refresh();
    timers.run();
    timers.run();

    expect(screen.writes - before).toBe(1);
  });

  it('hides the cursor and leaves nothing behind', () => {
    const { screen, timers, output, region } = setUp(() => ['bar', 'task']);
    output.print('before');
    region.open();
    expect(screen.isCursorShown).toBe(false);

    region[Symbol.dispose]();
    region[Symbol.dispose]();
    region.refresh();
    timers.run();
    output.print('after');

    expect(screen.isCursorShown).toBe(true);
    expect(screen.text).toBe('before\nafter');
  });

  it('is taken off the screen when the program has to end early', () => {
    const { screen, output, region } = setUp(() => ['bar']);
    region.open();

    output.dropFooter();

    expect(screen.isCursorShown).toBe(true);
    expect(screen.text).toBe('');
  });

  it('erases from where a window of another size has put the cursor, not from the place of before', () => {
    const { screen, region } = setUp(() => ['x'.repeat(39), 'y'.repeat(39)]);
    region.open();
    expect(region.erase()).toBe('\u001b8\u001b[0J');

    screen.resize(20);

    expect(region.erase()).toBe('\r\u001b[0J');
  });

  it('leaves no line behind when keys are pressed, Enter among them', () => {
    const { screen, timers, output, region } = setUp(() => ['bar', 'task', 'other']);
    output.print('before');
    region.open();
    for (const typed of ['\r\n', 'ls\r\n', 'x']) {
      screen.write(typed);
      region.refresh();
      timers.run();
    }
    screen.write('\r\n');
    output.print('between');
    expect(screen.text).toBe('before\nbetween\nbar\ntask\nother');

    screen.write('\r\n');
    region[Symbol.dispose]();
    expect(screen.text).toBe('before\nbetween');
  });

  it('draws again when the window changes its size', () => {
    let columns = 0;
    const { screen, timers, output, region } = setUp(() => {
      columns = output.width ?? 0;
      return ['bar'];
    });
    region.open();

    screen.resize(60);
    timers.run();

    expect(columns).toBe(60);
  });
});

describe('Output', () => {
  it('takes secrets out of everything, whichever way it leaves', () => {
    const { screen, output, region } = setUp(() => ['token hunter2hunter2']);
    output.protect((text) => text.replaceAll('hunter2hunter2', '***'));
    region.open();
    output.print('a hunter2hunter2');
    output.note('b hunter2hunter2');
    output.answer({ c: 'hunter2hunter2' });

    expect(screen.text).not.toContain('hunter2');
    expect(screen.text).toContain('a ***');
  });
});
