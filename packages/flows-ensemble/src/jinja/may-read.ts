import { parseTemplate } from './parser.ts';

/** Attributes of names. */
export interface Attributes {
  readonly of: ReadonlySet<string>;
  readonly named: ReadonlySet<string>;
}

function field(node: object, name: string): unknown {
  return Reflect.get(node, name);
}

/** The name of an attribute or item, where it is known before the template is rendered. */
function accessed(node: object): unknown {
  if (field(node, 'kind') === 'attribute') return field(node, 'name');
  const key = field(node, 'key');
  return typeof key === 'object' && key !== null ? field(key, 'value') : undefined;
}

function isNamed(node: unknown, names: ReadonlySet<string>): boolean {
  if (typeof node !== 'object' || node === null || field(node, 'kind') !== 'name') return false;
  return names.has(String(field(node, 'name')));
}

function reads(node: unknown, attributes: Attributes): boolean {
  if (typeof node !== 'object' || node === null) return false;
  if (Array.isArray(node)) return node.some((item) => reads(item, attributes));
  const kind = field(node, 'kind');
  if (kind === 'constant') return false;
  if (isNamed(node, attributes.of)) return true;
  if ((kind === 'attribute' || kind === 'item') && isNamed(field(node, 'of'), attributes.of)) {
    const name = accessed(node);
    return typeof name !== 'string' || attributes.named.has(name);
  }
  return Object.values(node).some((part) => reads(part, attributes));
}

/**
 * Whether a template may look at one of some attributes: `true` also where that cannot be told, as for a name that is printed
 * or handed on as a whole.
 * @throws what is thrown for a template that cannot be read
 */
export function mayRead(source: string, attributes: Attributes): boolean {
  return reads(parseTemplate(source), attributes);
}
