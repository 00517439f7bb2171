import type { OutputStream } from './output.ts';

/** Says `COLUMNSxROWS` of the terminal at the other end of standard output, for a program that is called from there. */
export const TERMINAL_VARIABLE = 'ORCHESTRATE_TERMINAL';

/** What takes away a footer of a program at the far end that can do it no more: clears below, and shows the cursor. */
export const LEFT_ALONE = '\u001b[0J\u001b[?25h';

/** The stream as a terminal, where the environment says that there is one at its other end. */
export function farTerminal(
  stream: OutputStream,
  environment: Readonly<Record<string, string | undefined>>,
): OutputStream | undefined {
  const [, columns, rows] =
    /^(\d{1,4})x(\d{1,4})$/.exec(environment[TERMINAL_VARIABLE] ?? '') ?? [];
  if (columns === undefined || rows === undefined) return undefined;
  return {
    isTTY: true,
    columns: Number(columns),
    rows: Number(rows),
    get writableNeedDrain() {
      return stream.writableNeedDrain;
    },
    write: (text, done) => stream.write(text, done),
    on: (event, listener) => stream.on(event, listener),
  };
}
