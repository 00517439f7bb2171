import { PyDict } from '../python/value.ts';
import { keyText, type PyEntry, type PyMapNode, type PyNode } from './document.ts';
import type { Problems, Spot } from './problem.ts';

/** Keys that maps of one list give different values to: PyYAML before 6.0.4 takes the first, 6.0.4 the last. */
function warnOfOrder(maps: readonly PyMapNode[], spot: Spot, problems: Problems): void {
  const seen = new PyDict();
  const twice = new Set<string>();
  for (const { entries } of maps) {
    for (const { key } of entries) {
      if (seen.has(key.value)) twice.add(keyText(key));
      seen.set(key.value, null);
    }
  }
  if (twice.size === 0) return;
  problems.warning(spot, {
    kind: 'merge-order',
    message: `several of the merged maps have ${[...twice].slice(0, 5).join(', ')}; the first one counts, except with PyYAML 6.0.4`,
    hint: 'give the key in the map itself',
  });
}

/** The entries that `<<: value` adds, those that count least first. */
export function mergeEntries(value: PyNode, spot: Spot, problems: Problems): readonly PyEntry[] {
  if (value.kind === 'map') return value.entries;
  const items = value.kind === 'list' ? value.items : [value];
  const maps = items.filter((item) => item.kind === 'map');
  if (value.kind !== 'list' || maps.length < items.length) {
    problems.error(spot, {
      kind: 'merge-value',
      message: 'expected a map or a list of maps after `<<`',
      hint: 'merge an alias: `<<: *defaults`',
    });
  }
  warnOfOrder(maps, spot, problems);
  return maps.toReversed().flatMap((map) => map.entries);
}
