import { floatText } from '../python/float-text.ts';
import { textOf } from '../python/markup.ts';
import { typeError, valueError } from '../python/py-exception.ts';
import { sortValues } from '../python/sort.ts';
import { str } from '../python/text.ts';
import { typeName } from '../python/type-name.ts';
import { isList, PyDict, PyTuple, type PyValue } from '../python/value.ts';

function quoted(text: string): string {
  return JSON.stringify(text).replace(
    /[\x7f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function floatJson(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  return floatText(value);
}

function keyText(key: PyValue): string {
  const text = textOf(key);
  if (text !== undefined) return text;
  if (key === null || typeof key === 'boolean' || typeof key === 'bigint') return plain(key);
  if (typeof key === 'number') return floatJson(key);
  throw typeError(`keys must be str, int, float, bool or None, not ${typeName(key)}`);
}

function plain(value: null | boolean | bigint): string {
  if (value === null) return 'null';
  return typeof value === 'bigint' ? str(value) : String(value);
}

interface Layout {
  readonly step: string | undefined;
  readonly inside: readonly PyValue[];
}

function wrapped(parts: readonly string[], brackets: string, layout: Layout): string {
  const [open = '', close = ''] = brackets;
  if (parts.length === 0) return open + close;
  if (layout.step === undefined) return open + parts.join(', ') + close;
  const depth = layout.inside.length;
  const line = `\n${layout.step.repeat(depth + 1)}`;
  return `${open}${line}${parts.join(`,${line}`)}\n${layout.step.repeat(depth)}${close}`;
}

function written(value: PyValue, layout: Layout): string {
  const text = textOf(value);
  if (text !== undefined) return quoted(text);
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint')
    return plain(value);
  if (typeof value === 'number') return floatJson(value);
  if (layout.inside.includes(value)) throw valueError('Circular reference detected');
  const inner = { ...layout, inside: [...layout.inside, value] };
  if (isList(value) || value instanceof PyTuple) {
    const items = isList(value) ? value : value.items;
    return wrapped(
      items.map((item) => written(item, inner)),
      '[]',
      layout,
    );
  }
  if (!(value instanceof PyDict))
    throw typeError(`Object of type ${typeName(value)} is not JSON serializable`);
  const entries = sortValues(
    value.entries().map((entry) => new PyTuple(entry)),
    {
      keyOf: (entry) => (entry instanceof PyTuple ? (entry.items[0] ?? null) : null),
      reverse: false,
    },
  );
  return wrapped(
    entries.flatMap((entry) => {
      if (!(entry instanceof PyTuple)) return [];
      const [key = null, item = null] = entry.items;
      return [`${quoted(keyText(key))}: ${written(item, inner)}`];
    }),
    '{}',
    layout,
  );
}

/** `json.dumps(value, sort_keys=True, indent=step)`. */
export function jsonText(value: PyValue, step: string | undefined): string {
  return written(value, { step, inside: [] });
}
