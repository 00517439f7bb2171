import type { Plugin } from '@orchestrate/core';
import { projectJsonSchema } from '@orchestrate/engine';
import { z } from 'zod';

/** The parts of a JSON schema that the reference shows. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly title?: string;
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
  readonly then?: Schema;
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

const TYPE_WORDS: Readonly<Record<string, string>> = {
  object: 'map',
  array: 'list',
  integer: 'whole number',
};

/** What a value may be, in words. */
function typeWords(schema: Schema): string {
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((one) => `\`${String(one)}\``).join(', ');
  const alternatives = schema.anyOf ?? schema.oneOf;
  if (alternatives !== undefined) return [...new Set(alternatives.map(typeWords))].join(' or ');
  if (schema.type === 'array')
    return schema.items === undefined ? 'list' : `list of ${typeWords(schema.items)}`;
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['any']);
  return types.map((type) => TYPE_WORDS[type] ?? type).join(' or ');
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

const MANY = 8;

/** Lists of the same big maps as an earlier one: path -> path of that one, where their options stand. */
function repeatedLists(rows: readonly Row[]): ReadonlyMap<string, string> {
  const firsts = new Map<string, string>();
  const repeated = new Map<string, string>();
  for (const { path, schema } of rows) {
    if (Object.keys(schema.items?.properties ?? {}).length < MANY) continue;
    const items = JSON.stringify(schema.items);
    const first = firsts.get(items);
    if (first === undefined) firsts.set(items, path);
    else if (first !== path) repeated.set(path, first);
  }
  return repeated;
}

/** `use` says which plugin or source is meant, and is told beside the table. */
function isChoice({ path, schema }: Row): boolean {
  return schema.const !== undefined && /(^|\.)use$/.test(path);
}

function table(rows: readonly Row[]): string {
  const seen = new Set<string>();
  const repeated = repeatedLists(rows);
  const lines = rows.flatMap((row) => {
    const { path, schema, required } = row;
    if (seen.has(path) || isChoice(row)) return [];
    seen.add(path);
    if ([...repeated.keys()].some((list) => path.startsWith(`${list}[]`))) return [];
    const fallback =
      schema.default === undefined ? '' : ` Default: \`${JSON.stringify(schema.default)}\`.`;
    const same = repeated.has(path) ? ` Options as of \`${repeated.get(path)}\`.` : '';
    const meaning = `${required ? 'Required. ' : ''}${schema.description ?? ''}${same}${fallback}`;
    return [`| \`${path}\` | ${cell(typeWords(schema))} | ${cell(meaning.trim())} |`];
  });
  return ['| option | value | meaning |', '| --- | --- | --- |', ...lines].join('\n');
}

function section(title: string, intro: string, schema: Schema): string {
  return `## ${title}\n\n${intro}\n\n${table(rowsOf(schema, ''))}\n`;
}

const PLACES = { storage: 'storage', backend: 'backends', flow: 'flows' } as const;

/** The schemas of the entries of a section that name their plugin. */
function entryOf({ kind }: Plugin, schema: Schema): Schema {
  const entry = schema.properties?.[PLACES[kind]]?.additionalProperties;
  if (typeof entry !== 'object') return {};
  return entry.then ?? entry;
}

/** The schema of what stands beside `use: NAME` for one plugin, or, for a flow, of what stands in its `with`. */
function schemaOf(plugin: Plugin, schema: Schema): Schema {
  const choices = entryOf(plugin, schema).allOf ?? [];
  const beside =
    choices.find(({ then }) => then.properties?.['use']?.const === plugin.name)?.then ?? {};
  return plugin.kind === 'flow' ? (beside.properties?.['with'] ?? {}) : beside;
}

/** The forms in which a plugin's options can be given: title -> schema. A single form has no title. */
function formsOf(plugin: Plugin, schema: Schema): ReadonlyMap<string, Schema> {
  const whole = schemaOf(plugin, schema);
  const forms = (whole.anyOf ?? []).filter(({ title }) => title !== undefined);
  if (forms.length === 0) return new Map([['', whole]]);
  return new Map(forms.map((form) => [form.title ?? '', form]));
}

/** The table of what a zod schema takes. */
export function schemaTable(schema: z.ZodType): string {
  return table(
    rowsOf(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Schema, ''),
  );
}

/** The tables of one plugin's options, generated from its schema: title of the form -> table; a single form has no title. */
export async function optionTables(plugin: Plugin): Promise<ReadonlyMap<string, string>> {
  const forms = formsOf(plugin, await projectJsonSchema([plugin]));
  return new Map([...forms].map(([title, form]) => [title, table(rowsOf(form, ''))]));
}

function pluginSections(plugins: readonly Plugin[], schema: Schema): string[] {
  return plugins.map((plugin) => {
    const { kind, name } = plugin;
    const place = kind === 'flow' ? `${PLACES[kind]}.NAME.with` : `${PLACES[kind]}.NAME`;
    const intro = `Below \`${place}\`, beside \`use: ${name}\`.`;
    const title = `${kind[0]?.toUpperCase()}${kind.slice(1)} \`${name}\``;
    const parts = [...formsOf(plugin, schema)].map(([form, inner]) =>
      [...(form === '' ? [] : [`### ${form}\n`]), `${table(rowsOf(inner, ''))}\n`].join('\n'),
    );
    return [`## ${title}\n\n${intro}\n`, ...parts].join('\n');
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
