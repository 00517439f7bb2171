import { fileURLToPath } from 'node:url';
import {
  compileTemplate,
  confinePath,
  type InputForm,
  type Json,
  plainText,
  plainValue,
  type Resources,
  type Results,
  scalarText,
  type TaskInput,
  type TaskOutput,
  type TaskSpec,
  type Template,
  type TemplateScope,
  type Work,
} from '@orchestrate/core';
import { findReferences } from '../project/reference-syntax.ts';
import { plainWords } from './command-words.ts';
import { inlineError } from './errors.ts';
import {
  addressText,
  type InputSink,
  type OpenScope,
  othersAt,
  type Position,
  scopeAt,
} from './instance-scope.ts';
import { ATTEMPT_TOKEN, inputToken, outputToken } from './path-tokens.ts';
import type { FlowFrame, PlannedTask } from './planned-task.ts';
import { compileScript } from './shell-script.ts';
import { type Amount, type ArgsConfig, RESOURCE_SCHEMAS } from './task-fields.ts';
import type { TaskConfig } from './task-schema.ts';

/** Renders what a task does; `environment` is what the shell needs beside it. */
type RenderWork = (scope: TemplateScope) => {
  work: Work;
  environment?: Readonly<Record<string, string>>;
};

/** No text that others can see may name a secret, also not by way of a parameter. */
function withoutSecret(text: string): string {
  if (!text.includes('${')) return text;
  const secret = findReferences(text).find((found) => 'kind' in found && found.kind === 'secret');
  if (secret === undefined) return text;
  throw inlineError('SECRET_IN_COMMAND', `${secret.text} stands in a command or its arguments`);
}

/** The words of one written word: a word that is exactly an expression for a list becomes many. */
function renderWord(word: Template, scope: TemplateScope): string[] {
  const value = word.evaluate(scope);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.map((one) => {
    const text = plainText(one);
    if (text !== undefined) return withoutSecret(text);
    throw inlineError(
      'INLINE_FLOW_INVALID',
      `${word.text} gives no text: a map or nothing cannot be an argument`,
    );
  });
}

function commandWork(words: readonly Template[]): RenderWork {
  return (scope) => ({
    work: { kind: 'command', argv: words.flatMap((word) => renderWord(word, scope)) },
  });
}

function renderArgs(args: ArgsConfig | undefined, scope: TemplateScope): Json {
  if (args === undefined) return {};
  switch (args.kind) {
    case 'fixed':
      return args.value as Json;
    case 'text': {
      const value = args.template.evaluate(scope);
      return plainValue(typeof value === 'string' ? withoutSecret(value) : value) as Json;
    }
    case 'list':
      return args.items.map((item) => renderArgs(item, scope));
    case 'map':
      return Object.fromEntries(args.entries.map(([key, item]) => [key, renderArgs(item, scope)]));
  }
}

/** `./model.ts` below the project's folder, or the URL of a plugin's own module, as an absolute path; a package's name as it is. */
function moduleOf(written: string, directory: string): string {
  if (written.startsWith('file:')) return fileURLToPath(written);
  if (!/^[./~]/.test(written)) return written;
  return `${directory.replace(/\/$/, '')}/${confinePath(written)}`;
}

function compileWork(config: TaskConfig, directory: string): RenderWork {
  const { run, call, shell } = config;
  if (call !== undefined) {
    const [written = '', name = ''] = call.split('#');
    const module = moduleOf(written, directory);
    return (scope) => ({
      work: { kind: 'function', module, export: name, args: renderArgs(config.args, scope) },
    });
  }
  if (run?.kind === 'words') return commandWork(run.words);
  const template = run?.template ?? compileTemplate('');
  const words = shell === undefined ? plainWords(template) : undefined;
  if (words !== undefined) return commandWork(words);
  const script = compileScript(template);
  const kind = shell ?? 'bash';
  return (scope) => {
    const rendered = script.render(scope);
    withoutSecret(rendered.script);
    return {
      work: { kind: 'shell', script: rendered.script, shell: kind },
      environment: rendered.environment,
    };
  };
}

function renderAmount(
  name: keyof typeof RESOURCE_SCHEMAS,
  amount: Amount,
  scope: TemplateScope,
): number {
  if ('fixed' in amount) return amount.fixed;
  const value = plainValue(amount.template.evaluate(scope));
  const number = typeof value === 'string' && /^[0-9.]+$/.test(value) ? Number(value) : value;
  const parsed = RESOURCE_SCHEMAS[name].safeParse(number);
  if (parsed.success) return parsed.data;
  const message = `resources.${name}: ${parsed.error.issues[0]?.message ?? 'not an amount'}`;
  throw inlineError('INLINE_FLOW_INVALID', message);
}

const UNITS = {
  cpus: 'cpus',
  memory: 'memoryBytes',
  time: 'timeSeconds',
  gpus: 'gpus',
  disk: 'diskBytes',
} as const;

/** Renders the tasks of one set. */
export class TaskProgram {
  readonly #frame: FlowFrame;
  readonly #task: PlannedTask;
  readonly #work: RenderWork;
  readonly #namesOthers: boolean;

  constructor(frame: FlowFrame, task: PlannedTask) {
    this.#frame = frame;
    this.#task = task;
    this.#work = compileWork(task.config, frame.projectDirectory);
    this.#namesOthers = task.roots.has('tasks') || task.roots.has('flows');
  }

  /** The task in full. @throws TEMPLATE_*, PATH_*, INLINE_*, SECRET_IN_COMMAND */
  spec(position: Position, results: Results): TaskSpec {
    const { config } = this.#task;
    const scope = scopeAt(this.#frame, position, results);
    const resources = this.#resources(scope);
    const inputs = this.#inputs(scope);
    const outputs = this.outputs(scope);
    const { dir, image, options, staging } = config;
    const fixed = {
      ...(dir === undefined ? {} : { directory: confinePath(dir.render(scope)) }),
      ...(image === undefined ? {} : { image: withoutSecret(image.render(scope)) }),
      ...(options === undefined ? {} : { backendOptions: renderArgs(options, scope) }),
      ...(staging === undefined ? {} : { staging }),
    };
    if (this.#namesOthers)
      Object.assign(
        scope,
        othersAt({ frame: this.#frame, position, results, sink: sinkFor(inputs) }),
      );
    scope['attempt'] = ATTEMPT_TOKEN;
    const { work, environment } = this.#work(scope);
    return {
      work,
      ...fixed,
      ...this.#environment(scope, environment),
      ...(inputs.length === 0 ? {} : { inputs }),
      ...(outputs.length === 0 ? {} : { outputs }),
      ...(resources === undefined ? {} : { resources }),
    };
  }

  #environment(
    scope: TemplateScope,
    more: Readonly<Record<string, string>> = {},
  ): { environment?: Record<string, string> } {
    const environment: Record<string, string> = { ...more };
    for (const [name, template] of this.#task.config.env ?? [])
      environment[name] = template.render(scope);
    return Object.keys(environment).length === 0 ? {} : { environment };
  }

  #resources(scope: OpenScope): Resources | undefined {
    const declared = this.#task.config.resources;
    if (declared === undefined) return undefined;
    const amounts: Record<string, number> = {};
    const resources: Record<string, number> = {};
    for (const name of Object.keys(UNITS) as (keyof typeof UNITS)[]) {
      const amount = declared[name];
      if (amount === undefined) continue;
      const number = renderAmount(name, amount, scope);
      amounts[name] = number;
      resources[UNITS[name]] = number;
    }
    scope['resources'] = amounts;
    return resources;
  }

  #inputs(scope: OpenScope): TaskInput[] {
    const declared = this.#task.config.inputs;
    if (declared === undefined) return [];
    const inputs: TaskInput[] = [];
    const tokens: [string, unknown][] = [];
    for (const [name, { addresses, as }] of declared) {
      const values =
        'text' in addresses
          ? addresses.evaluate(scope)
          : addresses.map((template) => template.render(scope));
      tokens.push([name, this.#input(name, values, as, inputs)]);
    }
    const isList = [...declared.keys()].every((name, place) => name === String(place));
    scope['inputs'] = isList ? tokens.map(([, token]) => token) : Object.fromEntries(tokens);
    return inputs;
  }

  #input(name: string, value: unknown, as: InputForm, inputs: TaskInput[]): unknown {
    if (Array.isArray(value))
      return value.map((item, place) => this.#input(`${name}.${place}`, item, as, inputs));
    const text = scalarText(value);
    if (text === undefined)
      throw inlineError('INLINE_FLOW_INVALID', `input "${name}" is no address`);
    const address = addressText(withoutSecret(text));
    inputs.push({ name, address, ...(as === 'path' ? {} : { as }) });
    return inputToken(name);
  }

  /** The outputs, and their tokens into the scope. */
  outputs(scope: OpenScope): TaskOutput[] {
    const outputs: TaskOutput[] = [];
    const tokens: Record<string, string> = {};
    for (const [name, { address, inPlace, mayBeEmpty }] of this.#task.config.outputs ?? []) {
      outputs.push({
        name,
        address: addressText(withoutSecret(address.render(scope))),
        ...(inPlace ? { inPlace } : {}),
        ...(mayBeEmpty ? { mayBeEmpty } : {}),
      });
      tokens[name] = outputToken(name);
    }
    scope['outputs'] = tokens;
    return outputs;
  }
}

function sinkFor(inputs: TaskInput[]): InputSink {
  const known = new Set(inputs.map(({ name }) => name));
  return (name, address) => {
    if (known.has(name)) return;
    known.add(name);
    inputs.push({ name, address });
  };
}
