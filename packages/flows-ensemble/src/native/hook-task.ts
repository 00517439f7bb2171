import { compileTemplate, isPlainObject } from '@orchestrate/core';
import type { HookConfig } from '../config/hook-config.ts';
import { shellText } from './job-script.ts';
import { MEMBER_MODULE, STEPS_MODULE } from './modules.ts';

/** A task in the words of the project file. */
export type DescribedTask = Readonly<Record<string, unknown>>;

/** Where a hook stands. */
export interface HookPlace {
  /** Directory it runs in, as a text with expressions; `undefined` for the project. */
  readonly directory: string | undefined;
  /** Absolute path of the project. */
  readonly project: string;
  /** For `move` and `remove` of a member: what they need beside their own arguments. */
  readonly defaults: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `call` of a step. */
export function stepCall(name: string): string {
  return `${STEPS_MODULE}#${name}`;
}

/** The hook as a task, without what it waits for. */
export function hookTask(hook: HookConfig, place: HookPlace): DescribedTask {
  const directory = hook.dir ?? place.directory;
  const common = {
    ...(hook.backend === undefined ? {} : { backend: hook.backend }),
    ...(hook.env === undefined ? {} : { env: hook.env }),
    ...(hook.retry === undefined ? {} : { retry: hook.retry }),
    ...(hook.timeout === undefined ? {} : { resources: { time: `${hook.timeout}s` } }),
  };
  if (hook.call !== undefined) return { ...common, call: hook.call, args: hook.args ?? {} };
  if (hook.check !== undefined) return { ...common, ...inDirectory(directory), ...checkOf(hook) };
  if (hook.run !== undefined)
    return { ...common, ...runOf(hook, hook.run, { ...place, directory }) };
  return { ...common, ...stepOf(hook, { ...place, directory }) };
}

function inDirectory(directory: string | undefined): object {
  return directory === undefined ? {} : { dir: directory };
}

function checkOf({ check, every, patience }: HookConfig): object {
  if (patience === 0) return { run: check, reuse: false };
  return { run: check, check: { every: `${every}s`, timeout: `${patience}s` } };
}

function runOf(hook: HookConfig, run: string | readonly unknown[], place: HookPlace): object {
  if (hook.capture !== undefined) {
    const words = typeof run === 'string' ? run.trim().split(/\s+(?![^{]*\}\})/) : run;
    const directory = absolute(place);
    const { capture, ignoreErrors } = hook;
    const args = { run: words.map(wordText), directory, capture, ignoreErrors };
    return { call: stepCall('execute'), args };
  }
  if (!hook.ignoreErrors) return { run, ...inDirectory(place.directory) };
  const text = `(\n${shellText(run)}\n) || echo "failed with $?, which is ignored here" >&2`;
  return { run: text, ...inDirectory(place.directory) };
}

/** A word for a step: one that is an expression and nothing else would be a number there, and is to stay a text. */
function wordText(word: unknown): string {
  const { spans, literals, text } = compileTemplate(String(word));
  const [span] = spans;
  if (span === undefined || spans.length > 1 || literals.some((literal) => literal !== ''))
    return String(word);
  return `{{ (${text.slice(span[0] + 2, span[1] - 2).trim()}) | str }}`;
}

function absolute({ directory, project }: HookPlace): string {
  return directory === undefined ? project : `${project}/${directory}`;
}

function stepOf(hook: HookConfig, place: HookPlace): object {
  const { move, remove, quota, notify } = hook;
  if (quota !== undefined) return quotaOf(hook, place);
  const given = Object.entries({ move, remove, notify }).find(([, args]) => args !== undefined);
  const [step, args] = given ?? ['execute', {}];
  return {
    call: stepCall(step),
    args: { ...place.defaults[step], ...(isPlainObject(args) ? args : {}) },
    ...(step === 'notify' ? { reuse: false } : {}),
  };
}

/** One source or a list of them; without more, the free space where the members are. */
function quotaOf({ quota, every, patience }: HookConfig, { defaults }: HookPlace): object {
  const sources = (Array.isArray(quota) ? quota : [quota]).map((source: unknown) => {
    const given = isPlainObject(source) ? source : {};
    const place = ['fair-share', 'quota'].includes(String(given['use'])) ? {} : defaults['quota'];
    return { use: 'df', ...place, ...given };
  });
  return {
    call: `${MEMBER_MODULE}#hasQuota`,
    args: { sources },
    ...(patience === 0
      ? { reuse: false }
      : { check: { every: `${every}s`, timeout: `${patience}s` } }),
  };
}
