import { isFlowError } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PyDict, type PyValue } from '../python/value.ts';
import { compileTemplate, type TemplateOptions } from './compile-template.ts';

const RUN = new PyDict([
  ['name', 'wavi'],
  ['thickness', 100],
]);

function rendered(source: string, options: TemplateOptions = {}): string {
  return compileTemplate(source, 'job.sh.j2', options).render(new Map([['run', RUN]]));
}

function failure(source: string, options: TemplateOptions = {}): unknown {
  try {
    return rendered(source, options);
  } catch (error) {
    return isFlowError(error) ? { code: error.code, line: error.details['line'] } : error;
  }
}

describe('compileTemplate', () => {
  it('renders again and again from one compilation', () => {
    const template = compileTemplate('{{ n }}{% set n = n + 1 %}{{ n }}', 'a.j2');

    const texts = [1n, 5n, 1n].map((n) => template.render(new Map<string, PyValue>([['n', n]])));

    expect(texts).toEqual(['12', '56', '12']);
  });

  it.each([
    ['{% if %}', 'JINJA_SYNTAX', 1],
    ['a\nb\n{{ 1 + }}', 'JINJA_SYNTAX', 3],
    ['a\n{{ x | nope }}', 'JINJA_SYNTAX', 2],
    ['a\n{% include "b" %}', 'JINJA_UNSUPPORTED', 2],
    ['{% extends "b" %}', 'JINJA_UNSUPPORTED', 1],
    ['{% import "b" as c %}', 'JINJA_UNSUPPORTED', 1],
    ['{% from "b" import c %}', 'JINJA_UNSUPPORTED', 1],
    ['{{ [1] | random }}', 'JINJA_UNSUPPORTED', 1],
    ['{{ lipsum() }}', 'JINJA_UNSUPPORTED', 1],
    ['a\n\n{{ run.missing.deeper }}', 'JINJA_UNDEFINED', 3],
    ['{% for i in [1] %}\n{{ 1 / 0 }}{% endfor %}', 'JINJA_RENDER', 2],
    ['\n{{ run.name + 1 }}', 'JINJA_RENDER', 2],
    ['{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', 'JINJA_RENDER', 1],
    ['{{ range(10000001) | length }}', 'JINJA_LIMIT', 1],
    ['{{ "x" * 300000000 }}', 'JINJA_LIMIT', 1],
    ['{{ [0] * 10000001 }}', 'JINJA_LIMIT', 1],
    ['{{ 9 ** (9 ** 9) }}', 'JINJA_LIMIT', 1],
    ['{% set a = "x" * 100000000 %}{{ a }}{{ a }}{{ a }}', 'JINJA_LIMIT', 1],
    ['{{ "%999999999d" | format(1) }}', 'JINJA_LIMIT', 1],
    ['{{ "{:999999999}".format(1) }}', 'JINJA_LIMIT', 1],
    ['{{ "a".ljust(999999999) }}', 'JINJA_LIMIT', 1],
  ])('says what is wrong and where: %s', (source, code, line) => {
    expect(failure(source)).toEqual({ code, line });
  });

  it.each(['{{ run.zzz }}', '{{ q }}', '{% if q %}{% endif %}', '{% for i in q %}{% endfor %}'])(
    'lets %s pass as nothing, but not where it is strict',
    (source) => {
      expect(rendered(source)).toBe('');
      expect(failure(source, { strict: true })).toEqual({ code: 'JINJA_UNDEFINED', line: 1 });
    },
  );

  it('keeps `default` and `is defined` usable where it is strict', () => {
    const text = rendered('{{ q | default("d") }}{{ q is defined }}', { strict: true });

    expect(text).toBe('dFalse');
  });

  it.each([
    'constructor',
    '__proto__',
    'prototype',
    '__class__',
    'toString',
    'valueOf',
    'hasOwnProperty',
    'pyType',
    '#entries',
    'call',
  ])('never hands out %s of what JavaScript has', (name) => {
    const source = `{% set n = '${name}' %}{% for v in [run, run.name, 1, 1.5, [], (1,), run.items, range, range(3), namespace(a=1)] %}{{ v[n] is defined }}{{ v | attr(n) is defined }}{% endfor %}`;

    expect(rendered(source)).toBe('False'.repeat(20));
  });

  it('gives back any text that has no tags', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        fc.pre(!/\{[{%#]/.test(text));
        const expected = text.replace(/\r\n|\r/g, '\n').replace(/\n$/, '');

        expect(rendered(text)).toBe(expected);
      }),
    );
  });
});
