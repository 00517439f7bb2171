import type { PyValue } from '../python/value.ts';
import type { Complaint } from './problem.ts';
import type { ScalarTag } from './scalar-tag.ts';

type Rule = readonly [kind: string, tag: ScalarTag, pattern: RegExp, hint: string];

const QUOTE = 'quote it if the text is meant';

/** Plain scalars that YAML 1.1 reads otherwise than most people expect. */
const RULES: readonly Rule[] = [
  ['base-60-number', 'int', /:/, 'quote a time; Slurm reads a bare number in `--time` as minutes'],
  ['base-60-number', 'float', /:/, QUOTE],
  ['octal-number', 'int', /^[-+]?0[0-7_]/, 'quote it to keep the zero in front'],
  ['underscored-number', 'int', /_/, QUOTE],
  ['underscored-number', 'float', /_/, QUOTE],
  ['word-as-boolean', 'bool', /^(?:yes|no|on|off)$/i, `templates print True or False; ${QUOTE}`],
  ['date-as-object', 'timestamp', /[Tt \t]/, `templates print it in Python's form; ${QUOTE}`],
];

function shown(value: PyValue): string {
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  return typeof value === 'bigint' || typeof value === 'number' ? String(value) : 'a date';
}

const SCIENTIFIC = /^[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][-+]?[0-9]+$/;

/** Says how a plain scalar is read, when that may surprise. */
export function doubtOf(tag: ScalarTag, written: string, value: PyValue): Complaint | undefined {
  if (tag === 'str' && SCIENTIFIC.test(written)) {
    return {
      kind: 'exponent-as-text',
      message: `\`${written}\` is read as a text: YAML 1.1 wants a point and a sign of the exponent`,
      hint: 'write 1.0e-3 if a number is meant',
    };
  }
  const rule = RULES.find(([, of, pattern]) => of === tag && pattern.test(written));
  if (rule === undefined) return undefined;
  return { kind: rule[0], message: `\`${written}\` is read as ${shown(value)}`, hint: rule[3] };
}
