import type { z } from 'zod';
import type { Path } from './tree.ts';

const MAX_DEPTH = 40;

/**
 * Keys that a schema knows at a path, through unions, defaults, transforms and lists; for "did you mean". Reads the
 * published `_zod.def` only, so schemas made by another copy of zod do as well.
 */
export function keysAt(schema: z.core.$ZodType, path: Path): readonly string[] {
  let schemas = alternatives(schema, 0);
  for (const part of path) {
    schemas = schemas.flatMap((one) => childOf(one, part)).flatMap((one) => alternatives(one, 0));
  }
  return [...new Set(schemas.flatMap(ownKeys))];
}

function definition(schema: z.core.$ZodType): z.core.$ZodTypes['_zod']['def'] {
  return (schema as z.core.$ZodTypes)._zod.def;
}

/** The schemas a value may be checked against, wrappers taken off. */
function alternatives(schema: z.core.$ZodType, depth: number): z.core.$ZodType[] {
  if (depth > MAX_DEPTH) return [];
  const into = (inner: z.core.$ZodType) => alternatives(inner, depth + 1);
  const def = definition(schema);
  switch (def.type) {
    case 'union':
      return def.options.flatMap(into);
    case 'intersection':
      return [...into(def.left), ...into(def.right)];
    case 'pipe':
      return [...into(def.in), ...into(def.out)];
    case 'lazy':
      return into(def.getter());
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return into(def.innerType);
    default:
      return [schema];
  }
}

function childOf(schema: z.core.$ZodType, part: string | number): z.core.$ZodType[] {
  const def = definition(schema);
  if (def.type === 'object') {
    const child = Object.hasOwn(def.shape, part) ? def.shape[part] : def.catchall;
    return child === undefined ? [] : [child];
  }
  if (def.type === 'record') return [def.valueType];
  if (def.type === 'array') return [def.element];
  return [];
}

function ownKeys(schema: z.core.$ZodType): string[] {
  const def = definition(schema);
  return def.type === 'object' ? Object.keys(def.shape) : [];
}
