import { isTrue, refuseOperation } from '../python/comparison.ts';
import { escapeHtml, PyMarkup, textOf } from '../python/markup.ts';
import { needInteger } from '../python/method.ts';
import { attributeError, typeError, valueError } from '../python/py-exception.ts';
import { iterable, iterate } from '../python/sequence.ts';
import { repr, str } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { PyUndefined } from '../python/undefined.ts';
import { PyBytes, PyDict, type PyValue } from '../python/value.ts';
import { type Filter, filter } from './filter.ts';
import { unescapeHtml } from './html-entities.ts';
import { jsonText } from './json-text.ts';
import { prettyText } from './pretty-text.ts';

function marked(value: PyValue): PyMarkup {
  return value instanceof PyMarkup ? value : new PyMarkup(escapeHtml(str(value)));
}

const UNSAFE: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  "'": '\\u0027',
};

function toJson(value: PyValue, indent: PyValue): PyMarkup {
  const step =
    indent === null ? undefined : (textOf(indent) ?? ' '.repeat(Math.max(0, needInteger(indent))));
  return new PyMarkup(
    jsonText(value, step).replace(/[<>&']/g, (character) => UNSAFE[character] ?? character),
  );
}

function stripTags(value: PyValue): string {
  const text = str(value)
    .replace(/<!--[\s\S]*?-->/g, '')
    .replace(/<[\s\S]*?>/g, '');
  return unescapeHtml(text.split(/\s+/).filter(Boolean).join(' '));
}

const UNRESERVED = /^[A-Za-z0-9_.~-]$/;

function quote(value: PyValue, inQuery: boolean): string {
  const bytes = value instanceof PyBytes ? value.bytes : new TextEncoder().encode(str(value));
  return [...bytes]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (UNRESERVED.test(character) || (character === '/' && !inQuery)) return character;
      if (character === ' ' && inQuery) return '+';
      return `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function urlEncode(value: PyValue): string {
  const entries =
    value instanceof PyMarkup || typeof value === 'string' ? undefined : iterable(value);
  if (entries === undefined) return quote(value, false);
  const pairs = value instanceof PyDict ? value.entries() : [...entries].map(pairOf);
  return pairs.map(([key, item]) => `${quote(key, true)}=${quote(item, true)}`).join('&');
}

function pairOf(value: PyValue): readonly [PyValue, PyValue] {
  const [key, item, ...more] = [...iterate(value)];
  if (key === undefined || item === undefined)
    throw valueError('not enough values to unpack (expected 2)');
  if (more.length > 0) throw valueError('too many values to unpack (expected 2)');
  return [key, item];
}

function xmlAttributes(value: PyValue, autospace: boolean): string {
  if (!(value instanceof PyDict)) {
    refuseOperation(value);
    throw attributeError(`'${typeName(value)}' object has no attribute 'items'`);
  }
  const parts: string[] = [];
  for (const [key, item] of value.entries()) {
    if (item === null || item instanceof PyUndefined) continue;
    const name = textOf(key);
    if (name === undefined) throw typeError('expected string or bytes-like object');
    if (/[ \t\n\r\f\v/>=]/.test(name))
      throw valueError(`Invalid character in attribute name: ${repr(key)}`);
    parts.push(`${marked(key).value}="${marked(item).value}"`);
  }
  return (autospace && parts.length > 0 ? ' ' : '') + parts.join(' ');
}

/** Filters that make HTML, URLs and JSON. */
export const MARKUP_FILTERS: Readonly<Record<string, Filter>> = {
  e: filter('', (_render, value) => marked(value)),
  escape: filter('', (_render, value) => marked(value)),
  forceescape: filter('', (_render, value) => new PyMarkup(escapeHtml(str(value)))),
  pprint: filter('', (_render, value) => prettyText(value)),
  safe: filter('', (_render, value) => new PyMarkup(str(value))),
  striptags: filter('', (_render, value) => stripTags(value)),
  tojson: filter('?indent', (_render, value, [indent = null]) => toJson(value, indent)),
  urlencode: filter('', (_render, value) => urlEncode(value)),
  xmlattr: filter('?autospace', (render, value, [autospace]) =>
    render.made(xmlAttributes(value, isTrue(autospace ?? true))),
  ),
};
