import { isPlainObject, WrittenNumber } from '../written.ts';
import { ValueProblem } from './template-error.ts';

const JSON_NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/;

function numberText(number: WrittenNumber): string {
  return JSON_NUMBER.test(number.text) ? number.text : JSON.stringify(number.value);
}

/** JSON text of a value in which numbers keep their written form where JSON knows it (`100.0`, `1e-3`). */
export function jsonText(value: unknown, depth = 0): string {
  if (depth > 50) throw new ValueProblem('this value is nested too deeply', 'TEMPLATE_LIMIT');
  if (value instanceof WrittenNumber) return numberText(value);
  if (Array.isArray(value)) return `[${value.map((item) => jsonText(item, depth + 1)).join(',')}]`;
  if (!isPlainObject(value)) return JSON.stringify(value ?? null) ?? 'null';
  const entries = Object.keys(value).map(
    (key) => `${JSON.stringify(key)}:${jsonText(value[key], depth + 1)}`,
  );
  return `{${entries.join(',')}}`;
}
