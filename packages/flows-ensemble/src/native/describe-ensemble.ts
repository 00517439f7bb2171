import {
  type FlowContext,
  hasParameters,
  jsonText,
  type ParameterConfig,
  parameterFields,
  scriptsNamed,
  valueFrom,
} from '@orchestrate/core';
import type { HookConfig } from '../config/hook-config.ts';
import type { NativeConfig } from '../config/native-config.ts';
import { stepsBackend } from '../steps-backend.ts';
import { type DescribedTask, type HookPlace, hookTask, stepCall } from './hook-task.ts';
import { jobScript } from './job-script.ts';
import { type MemberTexts, memberTexts } from './member-texts.ts';
import {
  archivePlace,
  directoryPlace,
  hookPlace,
  jobPlace,
  type OptionPlace,
  type Place,
  wholeOption,
} from './option-place.ts';
import { retryOf } from './retry-policy.ts';

/** What a native ensemble becomes: tasks in the words of the project file, and its own limits. */
export interface DescribedEnsemble {
  readonly description: object;
  readonly limits: Readonly<Record<string, number>>;
  /** Where in the options a part of the description was written. */
  readonly placeOf: OptionPlace;
}

/** What the description is made with. */
export interface EnsembleSetting {
  readonly context: FlowContext;
  readonly stateDirectory: string;
  /** URL of the module with the functions that make directories of members. */
  readonly memberModule: string;
}

type Need = { readonly task: string; readonly how?: 'all'; readonly after?: 'end' };

/** Puts tasks into a chain, each after the one before. */
class Chain {
  readonly tasks: Record<string, DescribedTask> = {};
  readonly places = new Map<string, OptionPlace>();
  readonly #backend: string | undefined;
  #needs: readonly Need[] = [];

  /** `backend`: where tasks run that name none. */
  constructor(backend: string | undefined) {
    this.#backend = backend;
  }

  add(name: string, task: DescribedTask, place: OptionPlace, more: readonly Need[] = []): void {
    this.places.set(name, place);
    const needs = [...this.#needs, ...more];
    this.tasks[name] = {
      ...(needs.length === 0 ? {} : { needs }),
      ...(this.#backend === undefined ? {} : { backend: this.#backend }),
      ...task,
    };
    this.#needs = [{ task: name }];
  }

  /** What follows waits for all tasks of the last one, however they ended. */
  barrier(): void {
    this.#needs = this.#needs.map(({ task }) => ({ task, how: 'all', after: 'end' }));
  }
}

function given<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined),
  ) as Partial<T>;
}

/**
 * Environment by which a task tells what the directory is made of: it runs again when that changes, and not already when
 * the directory was only looked at again.
 */
function rendered(made: string): object {
  return { ORCHESTRATE_RENDERED: `{{ tasks['${made}'].result.digest }}` };
}

/** A hook before the job, which tells what the directory is made of where it has a place for that. */
function ofDirectory(task: DescribedTask, { env, quota }: HookConfig): DescribedTask {
  const made = rendered('directory');
  if (task['run'] !== undefined)
    return { ...task, env: { ...(env as object | undefined), ...made } };
  if (quota === undefined) return task;
  return { ...task, args: { ...(task['args'] as object | undefined), ...made } };
}

/** Values of an extension: as JSON, in which numbers keep their form, unless there are expressions in them. */
function extensionArgument(values: unknown): unknown {
  const text = jsonText(valueFrom(values));
  return text.includes('{{') ? values : text;
}

class EnsembleDescription {
  readonly #config: NativeConfig;
  readonly #setting: EnsembleSetting;
  readonly #texts: MemberTexts;
  readonly #chain: Chain;
  readonly #captured: string[] = [];
  /** The hook whose copy is the last one made so far. */
  #moved: string | undefined;

  constructor(config: NativeConfig, setting: EnsembleSetting) {
    this.#config = config;
    this.#setting = setting;
    this.#chain = new Chain(stepsBackend(config.steps, setting.context));
    const { context, stateDirectory } = setting;
    this.#texts = memberTexts(config, context, stateDirectory, this.hasMembers);
  }

  /** Whether there are parameters to tell members apart. */
  get hasMembers(): boolean {
    return hasParameters(this.#config as ParameterConfig);
  }

  tasks(): Record<string, DescribedTask> {
    const { before, prepare, pre, post, after } = this.#config;
    this.#hooks('before', before, true);
    this.#template();
    this.#hooks('prepare', prepare, false, undefined);
    this.#prepare('directory', []);
    this.#hooks('pre', pre, false, this.#texts.directory);
    this.#job('job');
    this.#hooks('post', post, false, this.#texts.directory);
    this.#extensions();
    this.#archive();
    this.#chain.barrier();
    this.#hooks('after', after, true);
    return this.#chain.tasks;
  }

  /** Where a part of the description was written: parameters have their own names there. */
  placeOf([field, name, ...rest]: Place): Place {
    if (field === 'members') return ['members'];
    if (field !== 'tasks') return [field, name, ...rest].filter((part) => part !== undefined);
    const place = this.#chain.places.get(String(name))?.(rest) ?? [];
    return rest[0] === 'backend' && place.at(-1) !== 'backend' ? ['steps'] : place;
  }

  #hooks(when: string, hooks: readonly HookConfig[], once: boolean, directory?: string): void {
    for (const [index, hook] of hooks.entries()) {
      const name = hook.name ?? `${when}-${index + 1}`;
      const task = hookTask(hook, this.#place(directory, name));
      const timed = when === 'pre' ? ofDirectory(task, hook) : task;
      this.#chain.add(
        name,
        once ? { ...timed, once: true } : timed,
        hookPlace(hook, [when, index]),
      );
      if (hook.capture !== undefined && !once) this.#captured.push(name);
      if (hook.move !== undefined) this.#moved = name;
    }
  }

  #place(directory: string | undefined, name: string): HookPlace {
    const { path, base } = this.#texts;
    return {
      directory,
      project: this.#setting.context.projectDirectory,
      defaults: {
        move: { from: path, manifest: this.#manifest(name) },
        remove: { directory: path, base, verifiedBy: this.#manifest(this.#moved ?? 'archive') },
        quota: { path: base },
      },
    };
  }

  #manifest(name: string): string {
    return `${this.#texts.state}/manifests/${name}/${this.#texts.id}.jsonl`;
  }

  /** Looks at the template in every run, so that a member is made again when it has changed, and only then. */
  #template(): void {
    const { template, render } = this.#config;
    const task = {
      call: `${this.#setting.memberModule}#readTemplate`,
      args: { template: this.#absolute(template), render, code: this.#code() },
      once: true,
      reuse: false,
    };
    this.#chain.add('template', task, wholeOption('template'));
  }

  #absolute(path: string): string {
    return `${this.#setting.context.projectDirectory}/${path.replace(/^\.\//, '').replace(/\/+$/, '')}`;
  }

  #prepare(name: string, extensions: readonly unknown[]): void {
    const { template, render, undefined: lenience } = this.#config;
    const { path, base, state, id } = this.#texts;
    const hooks = Object.fromEntries(
      this.#captured.map((hook) => [hook, `{{ tasks['${hook}'].result }}`]),
    );
    this.#chain.add(
      name,
      {
        call: `${this.#setting.memberModule}#prepareMember`,
        args: {
          template: this.#absolute(template),
          digest: '{{ tasks.template.result.digest }}',
          directory: path,
          base,
          state: `${state}/members/${id}.json`,
          id,
          ...this.#work(),
          // A member is made again for another position only when that can be seen in it.
          index: this.hasMembers ? '{{ tasks.template.result.positions ? member.index : 0 }}' : 0,
          name: this.#setting.context.name,
          parameters: this.hasMembers ? '{{ parameters | json }}' : '{}',
          extensions: extensions.map(extensionArgument),
          render,
          undefined: lenience,
          hooks,
        },
      },
      directoryPlace,
      [{ task: 'template' }],
    );
  }

  /** What is done in a directory that is removed in the end. When any of it is otherwise, all of it begins anew. */
  #work(): { readonly work?: string } {
    const { archive, pre, post, job, run, env, success, progress } = this.#config;
    if (!this.#isRemoved()) return {};
    // Without resources: a longer limit for what is finished changes nothing of it.
    const parts = [archive, pre, post, job, run, env, success, progress];
    const work = this.#setting.context.sha256(JSON.stringify(parts));
    return { work: this.#code().length === 0 ? work : `${work} {{ tasks.template.result.code }}` };
  }

  #isRemoved(): boolean {
    const { archive, pre, post } = this.#config;
    return archive?.remove === true || [...pre, ...post].some(({ remove }) => remove !== undefined);
  }

  /** Code that the work in a directory names which is removed in the end, as absolute paths. */
  #code(): string[] {
    if (!this.#isRemoved()) return [];
    const { pre, post, run, success, progress } = this.#config;
    const hooks = [...pre, ...post];
    const commands = [
      run,
      success,
      progress?.run,
      ...hooks.flatMap((hook) => [hook.run, hook.check]),
    ];
    const modules = hooks.flatMap(({ call }) =>
      call?.startsWith('.') ? [call.split('#')[0] ?? ''] : [],
    );
    const named = commands.flatMap((command) => scriptsNamed([command ?? ''].flat().join(' ')));
    return [...new Set([...named, ...modules])].map((path) => this.#absolute(path));
  }

  #job(name: string): void {
    const { config, directory } = { config: this.#config, directory: this.#texts.directory };
    const script = jobScript(config);
    const { resources, image, options, limits, priority } = config;
    const made = name === 'job' ? 'directory' : `directory-${name.slice(4)}`;
    const env = { ORCHESTRATE_MEMBER: this.#texts.id, ...rendered(made) };
    const task = {
      run: script ?? config.run,
      dir: directory,
      ...given({ backend: this.#setting.context.backend }),
      env: { ...(config.env as object | undefined), ...env },
      ...given({ resources, image, options, priority, retry: retryOf(config) }),
      ...this.#outputs(),
      limits: { ...this.#ownLimits(limits) },
    };
    this.#chain.add(name, task, jobPlace(config));
  }

  #outputs(): object {
    const { outputs } = this.#config;
    if (outputs === undefined || outputs === null) return {};
    const entries = Object.entries(outputs as object).map(([name, path]) => [
      name,
      { path: `${this.#texts.directory}/${String(path)}`, inPlace: true },
    ]);
    return { outputs: Object.fromEntries(entries) };
  }

  #ownLimits(limits: unknown): Record<string, number> {
    const own =
      this.#config.jobs === undefined ? {} : { [`${this.#setting.context.name}.jobs`]: 1 };
    if (typeof limits === 'string') return { [limits]: 1, ...own };
    if (Array.isArray(limits))
      return { ...Object.fromEntries(limits.map((one) => [one, 1])), ...own };
    return { ...(limits as Record<string, number> | undefined), ...own };
  }

  /** Each extension renders anew with its values and goes on in the directory as it was left. */
  #extensions(): void {
    const { extend, post } = this.#config;
    for (let step = 1; step <= extend.length; step += 1) {
      this.#prepare(`directory-${step}`, extend.slice(0, step));
      this.#job(`job-${step}`);
      for (const [index, hook] of post.entries()) {
        const name = `${hook.name ?? `post-${index + 1}`}-${step}`;
        const task = hookTask(hook, this.#place(this.#texts.directory, name));
        this.#chain.add(name, task, hookPlace(hook, ['post', index]));
        if (hook.move !== undefined) this.#moved = name;
      }
    }
  }

  /** A path below the project, unless it is absolute or on another host. */
  #destination(to: string): string {
    return /^(\/|[^/{]+:)/.test(to) ? to : this.#absolute(to);
  }

  #archive(): void {
    const { archive } = this.#config;
    if (archive === undefined) return;
    const { path, base } = this.#texts;
    const { to, address, include, exclude, remove, disposable } = archive;
    const manifest = this.#manifest('archive');
    const args = given({ from: path, manifest, include, exclude: exclude ?? [] });
    const task = {
      call: stepCall('move'),
      args: {
        ...args,
        to: address === undefined ? this.#destination(to ?? '') : '{{ outputs.archive }}',
      },
      ...(address === undefined
        ? {}
        : { outputs: { archive: address.endsWith('/') ? address : `${address}/` } }),
    };
    this.#chain.add('archive', task, archivePlace);
    if (!remove) return;
    const removal = {
      call: stepCall('remove'),
      args: { directory: path, base, verifiedBy: manifest, disposable },
    };
    this.#chain.add('remove', removal, wholeOption('archive', 'remove'));
  }
}

/** Describes a native ensemble as tasks that the engine plans. */
export function describeEnsemble(
  config: NativeConfig,
  setting: EnsembleSetting,
): DescribedEnsemble {
  const ensemble = new EnsembleDescription(config, setting);
  const { name } = setting.context;
  const parameters = Object.fromEntries(
    Object.keys(parameterFields).flatMap((field) => {
      const value: unknown = Reflect.get(config, field);
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const limits = given({ [`${name}.members`]: config.members, [`${name}.jobs`]: config.jobs });
  return {
    description: {
      ...parameters,
      ...(config.members === undefined || !ensemble.hasMembers
        ? {}
        : { members: { limit: `${name}.members` } }),
      tasks: ensemble.tasks(),
    },
    limits: limits as Record<string, number>,
    placeOf: (path) => ensemble.placeOf(path),
  };
}
