// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/**
 * Makes text from outside (names, messages, logs) safe to show: control characters, among them those that move the cursor
 * or turn the direction of writing, become visible escapes. The result is one line.
 */
export function printable(text: string): string {
  return text.replaceAll(CONTROL, (character) => {
    if (character === '\n') return '\\n';
    if (character === '\t') return ' ';
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100
      ? `\\x${code.toString(16).padStart(2, '0')}`
      : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

const COMBINING = /^[\p{Mn}\p{Me}\p{Cf}]$/u;
const WIDE =
  /^(?:\p{Emoji_Presentation}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}])$/u;

function characterWidth(character: string): number {
  if (character < '\u0300') return 1;
  if (COMBINING.test(character)) return 0;
  return WIDE.test(character) ? 2 : 1;
}

/** Terminal columns a text without control characters takes. */
export function textWidth(text: string): number {
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

/** The longest start of a text that fits into `columns`, its end replaced by `mark` when something was cut. */
export function fitText(text: string, columns: number, mark = '…'): string {
  if (textWidth(text) <= columns) return text;
  const room = columns - textWidth(mark);
  if (room < 0) return '';
  let width = 0;
  let kept = '';
  for (const character of text) {
    width += characterWidth(character);
    if (width > room) break;
    kept += character;
  }
  return kept + mark;
}

/** Cuts in the middle, so that the beginning and the end of a long name stay readable. */
export function fitName(text: string, columns: number, mark = '…'): string {
  if (textWidth(text) <= columns) return text;
  if (columns < 12) return fitText(text, columns, mark);
  const tailColumns = Math.floor((columns - textWidth(mark)) / 2);
  let tail = '';
  let width = 0;
  for (const character of [...text].reverse()) {
    width += characterWidth(character);
    if (width > tailColumns) break;
    tail = character + tail;
  }
  return fitText(text, columns - textWidth(tail), mark) + tail;
}
