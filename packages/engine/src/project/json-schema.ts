import type { Plugin } from '@orchestrate/core';
import { z } from 'zod';
import { FLOW_FIELDS, ProjectFile } from './project-schema.ts';

/** A JSON schema, draft 2020-12. */
export type JsonSchema = { readonly [key: string]: unknown };

function schemaOf(schema: z.ZodType): Record<string, unknown> {
  // Transforms and checks without a JSON form accept anything here; the loader is the judge.
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  return rest;
}

function propertiesOf(schema: JsonSchema): Record<string, unknown> {
  const { properties } = schema;
  return typeof properties === 'object' && properties !== null ? { ...properties } : {};
}

/** Options of one plugin as a JSON schema. */
function pluginJsonSchema(plugin: Plugin): JsonSchema {
  return schemaOf(plugin.config as z.ZodType);
}

/** An entry whose options stand beside `use`. */
function besideUse(plugin: Plugin): JsonSchema {
  const schema = pluginJsonSchema(plugin);
  return { ...schema, properties: { use: { const: plugin.name }, ...propertiesOf(schema) } };
}

/** Made from entries: an object with a `then` in the source looks like a promise to readers and tools. */
function conditional(condition: JsonSchema, yes: JsonSchema, no?: JsonSchema): JsonSchema {
  const entries: [string, JsonSchema][] = [
    ['if', condition],
    ['then', yes],
  ];
  if (no !== undefined) entries.push(['else', no]);
  return Object.fromEntries(entries);
}

/** `if use is this, then those options`: editors complete and explain far better with it than with `anyOf`. */
function choices(plugins: readonly Plugin[], options: (plugin: Plugin) => JsonSchema): JsonSchema {
  return {
    type: 'object',
    required: ['use'],
    properties: {
      use: {
        description: 'Name of the plugin.',
        anyOf: [{ enum: plugins.map(({ name }) => name) }, { type: 'string' }],
      },
    },
    allOf: plugins.map((plugin) =>
      conditional(
        { properties: { use: { const: plugin.name } }, required: ['use'] },
        options(plugin),
      ),
    ),
  };
}

function flowSchema(plugins: readonly Plugin[]): JsonSchema {
  const common = propertiesOf(schemaOf(z.object(FLOW_FIELDS)));
  const inline = plugins.find(({ name }) => name === 'inline');
  const others = plugins.filter((plugin) => plugin !== inline);
  const chosen = choices(others, (plugin) => ({
    properties: { use: { const: plugin.name }, ...common, with: pluginJsonSchema(plugin) },
    additionalProperties: false,
  }));
  if (inline === undefined) return chosen;
  const written = pluginJsonSchema(inline);
  const inFile = { ...written, properties: { ...common, ...propertiesOf(written) } };
  return { type: 'object', ...conditional({ required: ['use'] }, chosen, inFile) };
}

/**
 * JSON schema of the whole project file with the options of the given plugins, for editors. Strict like the loader, except
 * that entries of plugins that are not given may hold anything.
 */
export function projectJsonSchema(plugins: readonly Plugin[]): JsonSchema {
  const shared = schemaOf(ProjectFile);
  const properties = propertiesOf(shared);
  const section = (name: string, entry: JsonSchema) => ({
    ...(properties[name] as JsonSchema),
    additionalProperties: entry,
  });
  const of = (kind: Plugin['kind']) => plugins.filter((plugin) => plugin.kind === kind);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Orchestrate project',
    ...shared,
    properties: {
      ...properties,
      storage: section('storage', choices(of('storage'), besideUse)),
      backends: section('backends', choices(of('backend'), besideUse)),
      flows: section('flows', flowSchema(of('flow'))),
    },
  };
}
