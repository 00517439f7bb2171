import type { Plugin } from '@orchestrate/core';
import { projectJsonSchema } from '@orchestrate/engine';
import { z } from 'zod';

/** The parts of a JSON schema that the reference shows. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Choice[];
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly else?: Schema;
}

interface Choice {
  readonly then: Schema;
}

const MAX_DEPTH = 8;

/** One row of a table of options. */
interface Row {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** What a value may be, in words. */
function typeWords(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeWords))].join(' or ');
  if (schema.type === 'array')
    return schema.items === undefined ? 'list' : `list of ${typeWords(schema.items)}`;
  if (schema.type === 'object') return 'map';
  if (schema.type === 'integer') return 'whole number';
  if (typeof schema.type === 'object') return schema.type.join(' or ');
  return schema.type ?? 'any';
}

/** The options below a schema, depth first; alternatives and lists are looked into. */
function rowsOf(schema: Schema, path: string, depth = 0): Row[] {
  if (depth > MAX_DEPTH) return [];
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, inner]): Row[] => {
    const inside = path === '' ? name : `${path}.${name}`;
    const required = schema.required?.includes(name) === true && inner.default === undefined;
    return [{ path: inside, schema: inner, required }, ...rowsOf(inner, inside, depth + 1)];
  });
  const named =
    typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined;
  return [
    ...own,
    ...(named === undefined ? [] : rowsOf(named, `${path}.NAME`, depth + 1)),
    ...(schema.items === undefined ? [] : rowsOf(schema.items, `${path}[]`, depth + 1)),
    ...(schema.anyOf ?? schema.oneOf ?? []).flatMap((one) => rowsOf(one, path, depth + 1)),
  ];
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(rows: readonly Row[]): string {
  const seen = new Set<string>();
  const lines = rows.flatMap(({ path, schema, required }) => {
    if (seen.has(path) || schema.const !== undefined) return [];
    seen.add(path);
    const fallback =
      schema.default === undefined ? '' : ` Default: \`${JSON.stringify(schema.default)}\`.`;
    const meaning = `${required ? 'Required. ' : ''}${schema.description ?? ''}${fallback}`;
    return [`| \`${path}\` | ${cell(typeWords(schema))} | ${cell(meaning.trim())} |`];
  });
  return ['| option | value | meaning |', '| --- | --- | --- |', ...lines].join('\n');
}

function section(title: string, intro: string, schema: Schema): string {
  return `## ${title}\n\n${intro}\n\n${table(rowsOf(schema, ''))}\n`;
}

const PLACES = { storage: 'storage', backend: 'backends', flow: 'flows' } as const;

/** The schema of what stands beside `use: NAME` for one plugin. */
function schemaOf({ kind, name }: Plugin, schema: Schema): Schema {
  const entry = schema.properties?.[PLACES[kind]]?.additionalProperties;
  const choices = typeof entry === 'object' ? (entry.allOf ?? []) : [];
  return choices.find(({ then }) => then.properties?.['use']?.const === name)?.then ?? {};
}

/** The table of what a zod schema takes. */
export function schemaTable(schema: z.ZodType): string {
  return table(
    rowsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema, ''),
  );
}

/** The table of one plugin's options, generated from its schema. */
export async function optionTable(plugin: Plugin): Promise<string> {
  return table(rowsOf(schemaOf(plugin, await projectJsonSchema([plugin])), ''));
}

function pluginSections(plugins: readonly Plugin[], schema: Schema): string[] {
  return plugins.map((plugin) => {
    const { kind, name } = plugin;
    const intro = `Below \`${PLACES[kind]}.NAME\`, beside \`use: ${name}\`.`;
    const title = `${kind[0]?.toUpperCase()}${kind.slice(1)} \`${name}\``;
    return section(title, intro, schemaOf(plugin, schema));
  });
}

/** The two generated files: the schema for editors and the page of all options. */
export async function projectReference(
  plugins: readonly Plugin[],
): Promise<Readonly<Record<string, string>>> {
  const generated = await projectJsonSchema(plugins);
  const schema: Schema = generated;
  const shared: Schema = {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, part]) => {
        const isSection = ['storage', 'backends', 'flows', 'profiles'].includes(name);
        return [name, isSection ? { ...part, additionalProperties: true } : part];
      }),
    ),
  };
  const flow = schema.properties?.['flows']?.additionalProperties;
  const inline = typeof flow === 'object' ? (flow.else ?? {}) : {};
  const page = [
    '# Options of the project file\n\nGenerated from the schemas that check the file; [project-file.md](project-file.md) tells how it is read.\n',
    section('The file', 'At the top level.', shared),
    ...pluginSections(plugins, schema),
    section('Flows written in the file', 'Below `flows.NAME`, when there is no `use`.', inline),
  ];
  return {
    'docs/reference/project.schema.json': `${JSON.stringify(generated, undefined, 2)}\n`,
    'docs/reference/options.md': page.join('\n'),
  };
}
