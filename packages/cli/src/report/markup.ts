import { printable } from '../output/printable.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in an element or a quoted attribute. Control characters become visible; line breaks stay. */
export function escapeText(text: string): string {
  return text
    .split('\n')
    .map((line) => printable(line).replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? ''))
    .join('\n');
}

/** A piece of a page: the only text that is not escaped when it is put into another one. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What can be put into a page. */
export type Content = Markup | string | number | undefined | readonly Content[];

function textOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escapeText(content);
  return typeof content === 'number' ? String(content) : content.map(textOf).join('');
}

/** Makes a piece of a page. Everything put in is escaped unless it is a piece itself. */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = strings[0] ?? '';
  contents.forEach((content, place) => {
    text += textOf(content) + (strings[place + 1] ?? '');
  });
  return new Markup(text);
}

const UNSAFE_IN_SCRIPT = /[<>&\u2028\u2029]/gu;

/** A value as a data block that a script on the page reads; no text in it can end the block. */
export function jsonBlock(id: string, value: unknown): Markup {
  const json = JSON.stringify(value).replaceAll(
    UNSAFE_IN_SCRIPT,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
  return new Markup(`<script type="application/json" id="${id}">${json}</script>`);
}
