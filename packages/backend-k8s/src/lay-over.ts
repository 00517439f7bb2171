import { isPlainObject } from '@orchestrate/core';

type Named = Readonly<Record<string, unknown>> & { readonly name: string };

const isNamed = (one: unknown): one is Named =>
  isPlainObject(one) && typeof one['name'] === 'string';

/**
 * Lays what a person wants over what we have: maps are merged key by key, lists whose entries all have names are merged by
 * name, and everything else is replaced. `null` takes a key away.
 */
export function layOver(base: unknown, over: unknown): unknown {
  if (isPlainObject(base) && isPlainObject(over)) {
    const merged: Record<string, unknown> = { ...base };
    for (const [key, value] of Object.entries(over)) {
      if (value === null) delete merged[key];
      else merged[key] = key in merged ? layOver(merged[key], value) : value;
    }
    return merged;
  }
  if (Array.isArray(base) && Array.isArray(over) && over.length > 0) {
    if (base.every(isNamed) && over.every(isNamed)) return byName(base, over);
  }
  return over;
}

function byName(base: readonly Named[], over: readonly Named[]): unknown[] {
  const merged = new Map<string, unknown>(base.map((one) => [one.name, one]));
  for (const one of over) {
    const before = merged.get(one.name);
    merged.set(one.name, before === undefined ? one : layOver(before, one));
  }
  return [...merged.values()];
}
