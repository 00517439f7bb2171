import type { JsonObject, Need, Resources, Results, TaskSet } from '@orchestrate/core';
import { encodePy } from '../python/json-code.ts';
import { str } from '../python/text.ts';
import { memberContext, memberId, type RunContext } from '../upstream/member-context.ts';
import type { BatchHook, UpstreamBatch, UpstreamTask } from '../upstream/model.ts';
import { commandIn, jobWords } from './command-spec.ts';
import {
  callOf,
  checkPolicy,
  type HookSpot,
  hookWork,
  isGate,
  leftBehind,
  removesRun,
} from './hook-work.ts';
import type { BatchPart, PlanTerms } from './plan-terms.ts';
import { isPassed, type Link, SetChain } from './set-chain.ts';

/** Members whose context is kept: those under way are asked for again with each of their tasks. */
const MOST_CONTEXTS = 256;

/** The sets of one batch, or of one cycle of it. */
export class BatchPlan {
  readonly sets: TaskSet[] = [];
  readonly #terms: PlanTerms;
  readonly #batch: UpstreamBatch;
  readonly #part: BatchPart;
  readonly #resources: Resources | undefined;
  /** Absolute path of the batch's basedir. */
  readonly #base: string;
  readonly #contexts = new Map<number, RunContext>();
  readonly #batchGates: string[] = [];
  readonly #memberGates: string[] = [];
  readonly #removals: string[] = [];
  #ends: readonly string[] = [];

  constructor(
    terms: PlanTerms,
    batch: UpstreamBatch,
    part: BatchPart,
    setting: { readonly after: readonly Need[]; readonly resources: Resources | undefined },
  ) {
    this.#terms = terms;
    this.#batch = batch;
    this.#part = part;
    this.#resources = setting.resources;
    this.#base = terms.places.basedir(batch);
    this.#plan(setting.after);
  }

  /** What comes after the batch waits for these, however they end. */
  get ends(): readonly Need[] {
    return this.#ends.map((set) => ({ set, how: 'all', after: 'end' }));
  }

  /** Sets whose results tell whether and with whom a repetition goes on. */
  get gates(): readonly string[] {
    return [...this.#batchGates, ...this.#memberGates, ...this.#removals];
  }

  /**
   * Members that go on into the next cycle: none when a task of the batch says that it is over, and never one whose folder
   * was removed once it was archived, which would begin anew.
   */
  goesOn(results: Results): readonly number[] {
    if (!this.#batchGates.every((gate) => isPassed(results, gate, 0))) return [];
    return this.#part.members.filter(
      (_member, index) =>
        this.#memberGates.every((gate) => isPassed(results, gate, index)) &&
        !this.#removals.some((set) => isGone(results.result(set, index))),
    );
  }

  #plan(after: readonly Need[]): void {
    const { prefix, members } = this.#part;
    const before = this.#batchChain(after, true);
    const pre = this.#hooks(before, 'pre_batch');
    const size = members.length;
    const run = new SetChain(
      {
        terms: this.#terms,
        prefix,
        size,
        label: (index) => memberId(this.#batch, members[index] ?? 0),
        parameters: (index) => this.#parameters(index),
        group: { name: prefix, limit: this.limitName('runs') },
        reuse: true,
      },
      pre.last === undefined ? after : [{ set: pre.last, how: 'all' }],
      pre.gate,
    );
    if (size > 0) this.#members(run);
    const last = run.last ?? pre.last;
    // What gathers has to gather again when a member has come to another end since.
    const post = this.#batchChain(
      [
        ...(pre.last === undefined ? after : [{ set: pre.last, how: 'all' } as const]),
        ...(run.last === undefined ? [] : [{ set: run.last, how: 'all', after: 'end' } as const]),
      ],
      false,
      pre.gate,
    );
    this.#hooks(post, 'post_batch');
    this.sets.push(...pre.sets, ...run.sets, ...post.sets);
    this.#batchGates.push(...pre.gates, ...post.gates);
    this.#ends = [...new Set([pre.last, last, post.last])].flatMap((name) => name ?? []);
  }

  /** Name of a limit of this batch. */
  limitName(what: 'runs' | 'jobs'): string {
    const [flow = '', batch = ''] = this.#part.prefix.split('.');
    return `${flow}.${batch}.${what}`;
  }

  #batchChain(needs: readonly Need[], reuse: boolean, gate?: string): SetChain {
    const { prefix } = this.#part;
    const chain = { terms: this.#terms, prefix, size: 1, label: () => '', reuse };
    return new SetChain(chain, needs, gate);
  }

  #hooks(chain: SetChain, hook: BatchHook): SetChain {
    for (const [index, task] of this.#batch.hooks[hook].entries()) {
      const name = `${hook}-${index + 1}`;
      // In a repetition every task of the batch tells by its result that it went well.
      const gate = this.#batch.repeat || isGate(task, false, this.#terms);
      // A check that tolerates is waited for, also there.
      const isWaitedFor = checkPolicy(task, this.#terms) !== undefined;
      const asks = gate && !isWaitedFor && ['check', 'execute'].includes(task.type);
      const spot = { directory: this.#base, id: this.#batch.name, base: this.#base, manifest: '' };
      chain.add(this.#link(name, task, asks, () => spot));
    }
    return chain;
  }

  #link(name: string, task: UpstreamTask, gate: boolean, spot: (index: number) => HookSpot): Link {
    const check = gate ? undefined : checkPolicy(task, this.#terms);
    return {
      name,
      spec: (index) => hookWork(task, spot(index), this.#terms, gate),
      isGate: gate,
      ...(check === undefined ? {} : { check }),
    };
  }

  #run(index: number): RunContext {
    const known = this.#contexts.get(index);
    if (known !== undefined) return known;
    const context = memberContext(this.#terms.ensemble, this.#batch, {
      index: this.#part.members[index] ?? 0,
      basedir: this.#base,
      cycle: this.#part.cycle,
      extra: this.#terms.extra,
    });
    if (this.#contexts.size >= MOST_CONTEXTS) this.#contexts.clear();
    this.#contexts.set(index, context);
    return context;
  }

  #parameters(index: number): JsonObject {
    const run = this.#batch.runs[this.#part.members[index] ?? 0];
    return Object.fromEntries(
      (run?.parameters.entries() ?? []).map(([key, value]) => [str(key), tableValue(value)]),
    );
  }

  #id(index: number): string {
    return memberId(this.#batch, this.#part.members[index] ?? 0);
  }

  #mark(index: number): string {
    return `${this.#terms.state}/removed/${this.#id(index)}`;
  }

  #directory(index: number): string {
    return `${this.#base}/${this.#id(index)}`;
  }

  #members(chain: SetChain): void {
    this.#makeDirectories(chain);
    this.#memberHooks(chain, 'pre_run');
    this.#memberGates.push(...chain.gates);
    const file = this.#batch.jobFile;
    if (file !== undefined) this.#job(chain, file);
    this.#memberHooks(chain, 'post_run');
  }

  #makeDirectories(chain: SetChain): void {
    const { prefix } = this.#part;
    const template = this.#terms.places.template(this.#batch);
    const read: TaskSet = {
      name: `${prefix}.template`,
      size: 1,
      digest: this.#terms.context.sha256(`${this.#terms.digest}\n${prefix}.template`),
      label: () => '',
      spec: () =>
        callOf(this.#terms, 'readTemplate', { template, listed: [...this.#batch.templates] }),
      hasInputs: false,
      hasOutputs: false,
      reuse: false,
      ...(this.#terms.stepsBackend === undefined ? {} : { backend: this.#terms.stepsBackend }),
      ...(chain.needs.length === 0 ? {} : { needs: chain.needs }),
    };
    this.sets.push(read);
    const needs: Need[] = [...chain.needs, { set: read.name, how: 'all' }];
    chain.add({
      name: 'directory',
      more: { needs },
      spec: (index, results) =>
        callOf(this.#terms, 'prepareRun', {
          template,
          digest: templateDigest(results, read.name),
          templates: [...this.#batch.templates],
          directory: this.#directory(index),
          base: this.#base,
          state: `${this.#terms.state}/members/${this.#id(index)}.json`,
          id: this.#id(index),
          run: this.#encodedRun(index),
          pickup: this.#terms.config.pickup || this.#batch.repeat,
          mark: this.#mark(index),
        }),
    });
  }

  #encodedRun(index: number): (readonly [string, ReturnType<typeof encodePy>])[] {
    const run = this.#run(index);
    return run.names().map((name) => [name, encodePy(run.attribute(name) ?? null)]);
  }

  #memberHooks(chain: SetChain, hook: 'pre_run' | 'post_run'): void {
    let moved: { readonly name: string; readonly left: readonly string[] } | undefined;
    for (const [at, task] of this.#batch.hooks[hook].entries()) {
      const name = `${hook}-${at + 1}`;
      const manifest = (of: string, index: number): string =>
        `${this.#terms.state}/manifests/${of}/${this.#id(index)}.jsonl`;
      const before = moved;
      const spot = (index: number): HookSpot => ({
        directory: this.#directory(index),
        run: this.#run(index),
        id: this.#id(index),
        base: this.#base,
        manifest: manifest(name, index),
        mark: this.#mark(index),
        ...(before === undefined
          ? {}
          : { moved: { manifest: manifest(before.name, index), left: before.left } }),
      });
      const link = this.#link(name, task, isGate(task, this.#batch.repeat, this.#terms), spot);
      if (task.type === 'submit') chain.addAside({ ...link, more: this.#jobsBackend() });
      else chain.add(link);
      if (removesRun(task)) this.#removals.push(`${this.#part.prefix}.${name}`);
      if (task.type === 'move') moved = { name, left: leftBehind(task) };
    }
  }

  #jobsBackend(): Partial<TaskSet> {
    const { backend } = this.#terms.context;
    return backend === undefined ? {} : { backend };
  }

  #job(chain: SetChain, file: string): void {
    const made = `${this.#part.prefix}.directory`;
    const isIgnored = this.#terms.config.compat === 'upstream' || this.#batch.repeat;
    chain.add({
      name: 'job',
      more: { limits: { [this.limitName('jobs')]: 1 }, ...this.#jobsBackend() },
      spec: (index, results) => ({
        ...commandIn(this.#terms.places, this.#directory(index), jobWords(file, isIgnored)),
        environment: {
          ORCHESTRATE_MEMBER: this.#id(index),
          ORCHESTRATE_RENDERED: memberDigest(results, made, index),
        },
        ...(this.#resources === undefined ? {} : { resources: this.#resources }),
      }),
    });
  }
}

function isGone(result: unknown): boolean {
  return typeof result === 'object' && result !== null && Reflect.get(result, 'gone') === true;
}

function field(result: unknown, name: string): string {
  const value: unknown =
    typeof result === 'object' && result !== null ? Reflect.get(result, name) : undefined;
  return typeof value === 'string' ? value : '';
}

function templateDigest(results: Results, set: string): string {
  return field(results.result(set, 0), 'digest');
}

function memberDigest(results: Results, set: string, index: number): string {
  return field(results.result(set, index), 'digest');
}

function tableValue(value: Parameters<typeof str>[0]): JsonObject[string] {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  return typeof value === 'bigint' && value >= -(2n ** 53n) && value <= 2n ** 53n
    ? Number(value)
    : str(value);
}
