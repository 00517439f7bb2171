import type { Json } from '@orchestrate/core';

/** Texts that no reader of YAML, of whichever version, takes for anything else. */
const PLAIN = /^[A-Za-z_][A-Za-z0-9_./-]*$/;
/** What some reader takes for a truth value, a null or a number. */
const READ_OTHERWISE =
  /^(?:true|false|yes|no|on|off|y|n|null|nan|inf|infinity|[0-9a-f_]*e[0-9]+)$/i;

function textOf(text: string): string {
  if (PLAIN.test(text) && !READ_OTHERWISE.test(text)) return text;
  // A JSON text is a quoted YAML text, but for two line separators and the byte order mark.
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029\ufeff]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function isSmall(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.keys(value).length === 0;
}

function small(value: Json): string {
  if (typeof value === 'string') return textOf(value);
  return JSON.stringify(value);
}

function* entryLines(lead: string, value: Json, indent: string): Generator<string> {
  if (isSmall(value)) yield `${lead} ${small(value)}`;
  else {
    yield lead;
    yield* lines(value, `${indent}  `);
  }
}

function* lines(value: Json, indent: string): Generator<string> {
  if (isSmall(value)) yield `${indent}${small(value)}`;
  else if (Array.isArray(value))
    for (const item of value) yield* entryLines(`${indent}-`, item, indent);
  else
    for (const [key, inner] of Object.entries(value ?? {}))
      yield* entryLines(`${indent}${textOf(key)}:`, inner, indent);
}

/** A JSON value as YAML in block style, which reads back as the same value. */
export function yamlText(value: Json): string {
  return `${[...lines(value, '')].join('\n')}\n`;
}
