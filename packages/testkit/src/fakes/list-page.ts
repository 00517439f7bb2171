import { compareUtf8, type ListPage, type ListRequest, type ObjectStat } from '@orchestrate/core';

/** Where a key stands in a listing: itself, or the prefix that stands for it and others. */
function entryOf(key: string, prefix: string, delimiter: string | undefined): string {
  const end = delimiter === undefined ? -1 : key.indexOf(delimiter, prefix.length);
  return end === -1 ? key : key.slice(0, end + 1);
}

/** Cuts one page out of all keys, which are sorted. A continuation is the last entry of the page before. */
export function pageOf(
  keys: readonly string[],
  statOf: (key: string) => ObjectStat | undefined,
  request: ListRequest & { readonly limit: number },
): ListPage {
  const { prefix = '', delimiter, next: after, limit } = request;
  const objects: ObjectStat[] = [];
  const prefixes: string[] = [];
  let last: string | undefined;
  for (const key of keys) {
    if (!key.startsWith(prefix)) continue;
    const entry = entryOf(key, prefix, delimiter);
    if (entry === last || (after !== undefined && compareUtf8(entry, after) <= 0)) continue;
    if (objects.length + prefixes.length === limit)
      return { objects, prefixes, ...(last === undefined ? {} : { next: last }) };
    const stat = entry === key ? statOf(key) : undefined;
    if (entry !== key) prefixes.push(entry);
    else if (stat !== undefined) objects.push(stat);
    last = entry;
  }
  return { objects, prefixes };
}
