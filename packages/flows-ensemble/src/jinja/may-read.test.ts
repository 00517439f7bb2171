import { describe, expect, it } from 'vitest';
import { mayRead } from './may-read.ts';

const POSITION = { of: new Set(['member', 'run']), named: new Set(['index', 'idx']) };

describe('mayRead', () => {
  it.each([
    '{{ member.index }}',
    "{{ run['idx'] }}",
    '{% if x %}{% for i in y %}{{ f(run.idx + 1) | default(2) }}{% endfor %}{% endif %}',
    '{{ run }}',
    '{% set m = member %}{{ m.index }}',
    '{{ member[which] }}',
    '{% for key in run %}{{ key }}{% endfor %}',
  ])('says so of %s', (source) => {
    expect(mayRead(source, POSITION)).toBe(true);
  });

  it.each([
    'run member.index',
    '{{ member.id }} {{ run.x.index }}',
    '{% for i in y %}{{ loop.index }} {{ index }}{% endfor %}',
    "{{ 'run' }} {{ run['id'] }}",
    '{# {{ run.idx }} #}',
  ])('knows better of %s', (source) => {
    expect(mayRead(source, POSITION)).toBe(false);
  });
});
