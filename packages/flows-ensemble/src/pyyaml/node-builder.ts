import { isAlias, isMap, isScalar, isSeq, type ParsedNode, type Scalar, type YAMLMap } from 'yaml';
import { PyDict, PySet, PyTuple, type PyValue } from '../python/value.ts';
import type { PyEntry, PyListNode, PyMapNode, PyNode } from './document.ts';
import { keyText } from './document.ts';
import { doubtOf } from './doubtful.ts';
import { mergeEntries } from './merge-key.ts';
import type { Complaint, Path, Problems } from './problem.ts';
import { Refused } from './refused.ts';
import { isScalarTag, scalarOf } from './scalar.ts';
import { plainTag, type ScalarTag } from './scalar-tag.ts';

const CORE = 'tag:yaml.org,2002:';
/** Values that aliases may add: a bomb of a few lines would add billions. */
const MOST_ALIASED = 1_000_000;

/** The tag as PyYAML names it, without the common beginning; `undefined` when the value alone decides. */
function tagOf(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === '!') return undefined;
  return tag.startsWith(CORE) ? tag.slice(CORE.length) : tag;
}

function isHashable(value: PyValue): boolean {
  if (value instanceof PyTuple) return value.items.every(isHashable);
  return !(Array.isArray(value) || value instanceof PyDict || value instanceof PySet);
}

interface Anchored {
  readonly node: PyNode;
  readonly weight: number;
}

/** Makes Python's values of the nodes that the parser found. */
export class NodeBuilder {
  readonly #problems: Problems;
  readonly #anchors = new Map<string, Anchored | 'open'>();
  #weight = 0;
  #aliased = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  build(node: ParsedNode, path: Path): PyNode {
    const offset = node.range[0];
    if (isAlias(node)) return this.#alias(node.source, offset, path);
    const { anchor } = node;
    if (anchor === undefined) return this.#own(node, path);
    if (this.#anchors.has(anchor)) {
      const message = `the anchor \`&${anchor}\` is there twice`;
      this.#error(offset, path, { kind: 'duplicate-anchor', message });
    }
    this.#anchors.set(anchor, 'open');
    const before = this.#weight;
    const built = this.#own(node, path);
    this.#anchors.set(anchor, { node: built, weight: this.#weight - before });
    return built;
  }

  #own(node: ParsedNode, path: Path): PyNode {
    this.#weight += 1;
    const offset = node.range[0];
    const tag = tagOf(node.tag);
    if (isScalar(node)) return this.#scalar(node, tag, path);
    if (isSeq(node)) {
      const items = node.items.map((item, index) =>
        this.build(item as ParsedNode, [...path, index]),
      );
      if (tag === 'omap' || tag === 'pairs') return this.#pairs(items, offset, path);
      if (tag !== undefined && tag !== 'seq') this.#wrongTag(tag, 'a list', offset, path);
      return { kind: 'list', offset, items, value: items.map((item) => item.value) };
    }
    if (!isMap(node)) return this.#nothing(offset);
    const map = this.#map(node, path);
    if (tag === 'set') return { ...map, value: new PySet(map.entries.map(({ key }) => key.value)) };
    if (tag !== undefined && tag !== 'map') this.#wrongTag(tag, 'a map', offset, path);
    return map;
  }

  #scalar(node: Scalar.Parsed, tag: string | undefined, path: Path): PyNode {
    const written = String(node.value);
    const offset = node.range[0];
    // A lone `!` leaves the choice to the text, quoted or not, if there is one.
    const plain = node.tag === '!' ? written !== '' : node.type === 'PLAIN';
    const used = tag ?? (plain ? plainTag(written) : 'str');
    if (!isScalarTag(used)) {
      this.#wrongTag(used, 'a text', offset, path);
      return this.#nothing(offset);
    }
    return this.#scalarNode(used, written, { offset, path, doubt: plain && tag === undefined });
  }

  #scalarNode(
    tag: ScalarTag,
    written: string,
    place: { readonly offset: number; readonly path: Path; readonly doubt: boolean },
  ): PyNode {
    try {
      if (!written.isWellFormed()) throw new Refused('a text holds half of a surrogate pair');
      const value = scalarOf(tag, written);
      const doubt = place.doubt ? doubtOf(tag, written, value) : undefined;
      if (doubt !== undefined) this.#problems.warning(place, doubt);
      return { kind: 'scalar', offset: place.offset, value, written };
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      const complaint = { kind: 'scalar-unreadable', message: error.message, hint: 'quote it' };
      this.#error(place.offset, place.path, complaint);
      return this.#nothing(place.offset);
    }
  }

  #map(node: YAMLMap.Parsed, path: Path): PyMapNode {
    const own: PyEntry[] = [];
    const merges: { readonly offset: number; readonly node: PyNode }[] = [];
    for (const pair of node.items) {
      const key = pair.key as ParsedNode | null;
      const value = pair.value;
      const offset = key?.range[0] ?? value?.range[0] ?? node.range[0];
      if (key !== null && isMerge(key)) {
        merges.push({ offset, node: this.#value(value, offset, [...path, '<<']) });
        continue;
      }
      const keyNode = this.#key(key, offset, path);
      own.push({ key: keyNode, node: this.#value(value, offset, [...path, keyText(keyNode)]) });
    }
    const merged = merges.flatMap((merge) =>
      mergeEntries(merge.node, { ...merge, path }, this.#problems),
    );
    this.#warnOfRepeats(own, path);
    return mapNode(node.range[0], [...merged, ...own]);
  }

  #value(node: ParsedNode | null, offset: number, path: Path): PyNode {
    return node === null ? this.#nothing(offset) : this.build(node, path);
  }

  #key(node: ParsedNode | null, offset: number, path: Path): PyNode {
    if (node === null) return this.#nothing(offset);
    // As a key, a plain `=` is a text after all.
    if (isScalar(node) && node.tag === undefined && node.type === 'PLAIN' && node.value === '=') {
      return { kind: 'scalar', offset, value: '=', written: '=' };
    }
    const key = this.build(node, path);
    if (isHashable(key.value)) return key;
    this.#error(offset, path, {
      kind: 'unhashable-key',
      message: 'a list or a map cannot be a key',
      hint: 'quote it; text with braces, as in `{{ x }}`, must be quoted in YAML',
    });
    return this.#nothing(offset);
  }

  #warnOfRepeats(entries: readonly PyEntry[], path: Path): void {
    const seen = new PyDict();
    for (const { key } of entries) {
      if (seen.has(key.value)) {
        const message = `\`${keyText(key)}\` is there twice in this map; the last one counts`;
        const spot = { offset: key.offset, path: [...path, keyText(key)] };
        this.#problems.warning(spot, { kind: 'duplicate-key', message, hint: 'remove the first' });
      }
      seen.set(key.value, null);
    }
  }

  #pairs(items: readonly PyNode[], offset: number, path: Path): PyListNode {
    const tuples = items.flatMap((item) => {
      const [entry] = item.kind === 'map' && item.entries.length === 1 ? item.entries : [];
      if (entry !== undefined) return [new PyTuple([entry.key.value, entry.node.value])];
      const message = 'expected a map with one key in each item of an ordered map';
      this.#error(item.offset, path, { kind: 'ordered-map', message });
      return [];
    });
    return { kind: 'list', offset, items, value: tuples };
  }

  #alias(name: string, offset: number, path: Path): PyNode {
    const target = this.#anchors.get(name);
    if (target === undefined || target === 'open') {
      const message =
        target === undefined ? `there is no \`&${name}\` above` : `\`*${name}\` would hold itself`;
      this.#error(offset, path, { kind: 'alias-unknown', message });
      return this.#nothing(offset);
    }
    const before = this.#aliased;
    this.#weight += target.weight;
    this.#aliased += target.weight;
    if (this.#aliased <= MOST_ALIASED) return target.node;
    if (before <= MOST_ALIASED) {
      const message = 'aliases (`*name`) blow the file up to an unreasonable size';
      this.#error(offset, path, { kind: 'alias-bomb', message });
    }
    return this.#nothing(offset);
  }

  #wrongTag(tag: string, what: string, offset: number, path: Path): void {
    const shown = tag.startsWith('!') || tag.includes(':') ? tag : `!!${tag}`;
    this.#error(offset, path, {
      kind: 'tag-unknown',
      message: `the tag ${shown.slice(0, 60)} is not known for ${what}`,
      hint: 'leave the tag away; known are !!str, !!int, !!float, !!bool, !!null, !!timestamp, !!binary, !!set, !!omap, !!pairs',
    });
  }

  #nothing(offset: number): PyNode {
    return { kind: 'scalar', offset, value: null, written: '' };
  }

  #error(offset: number, path: Path, complaint: Complaint): void {
    this.#problems.error({ offset, path }, complaint);
  }
}

function isMerge(key: ParsedNode): boolean {
  if (!isScalar(key)) return false;
  if (key.tag !== undefined && key.tag !== '!') return tagOf(key.tag) === 'merge';
  return (key.type === 'PLAIN' || key.tag === '!') && key.value === '<<';
}

/** Later entries win; each keeps the place at which its key came first, as in Python's dict. */
function mapNode(offset: number, all: readonly PyEntry[]): PyMapNode {
  const places = new PyDict();
  const entries: PyEntry[] = [];
  for (const entry of all) {
    const place = places.get(entry.key.value);
    if (typeof place === 'number') entries[place] = entry;
    else {
      places.set(entry.key.value, entries.length);
      entries.push(entry);
    }
  }
  const value = new PyDict(all.map(({ key, node }) => [key.value, node.value] as const));
  return { kind: 'map', offset, entries, value };
}
