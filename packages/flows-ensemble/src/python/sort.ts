import { comparePoints } from './code-points.ts';
import { inOrder } from './comparison.ts';
import type { PyValue } from './value.ts';

/** `sorted(items, key, reverse)`: stable, also when reversed, and by nothing but `<`. */
export function sortValues(
  items: Iterable<PyValue>,
  options: { readonly keyOf: (item: PyValue) => PyValue; readonly reverse: boolean },
): PyValue[] {
  const keyed = [...items].map((item) => ({ item, key: options.keyOf(item) }));
  const sign = options.reverse ? -1 : 1;
  keyed.sort((a, b) => {
    if (typeof a.key === 'string' && typeof b.key === 'string')
      return sign * comparePoints(a.key, b.key);
    if (inOrder(a.key, '<', b.key)) return -sign;
    return inOrder(b.key, '<', a.key) ? sign : 0;
  });
  return keyed.map(({ item }) => item);
}
