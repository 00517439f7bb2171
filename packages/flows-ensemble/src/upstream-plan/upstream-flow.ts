import { fileURLToPath } from 'node:url';
import {
  Bytes,
  Duration,
  type Flow,
  type FlowContext,
  type Need,
  type Resources,
  type TaskSet,
} from '@orchestrate/core';
import { z } from 'zod';
import type { UpstreamConfig } from '../config/upstream-config.ts';
import { ensembleError } from '../errors.ts';
import { UPSTREAM_MODULE } from '../native/modules.ts';
import { stepsBackend } from '../steps-backend.ts';
import { readExtraVariables } from '../upstream/extra-variables.ts';
import type { UpstreamBatch, UpstreamTask } from '../upstream/model.ts';
import { readUpstream } from '../upstream/read-upstream.ts';
import { BatchPlan } from './batch-plan.ts';
import { checkPolicy, hookWork } from './hook-work.ts';
import { UpstreamPlaces } from './places.ts';
import type { PlanTerms } from './plan-terms.ts';
import { SetChain } from './set-chain.ts';

/** Moves when the same configuration would give other tasks than before. */
const FORMAT = 1;

const JobResources = z.strictObject({
  cpus: z.number().positive().optional(),
  memory: Bytes.optional(),
  time: Duration.optional(),
});

function resourcesOf(given: unknown): Resources | undefined {
  if (given === undefined) return undefined;
  const { cpus, memory, time } = JobResources.parse(given);
  return {
    ...(cpus === undefined ? {} : { cpus }),
    ...(memory === undefined ? {} : { memoryBytes: memory }),
    ...(time === undefined ? {} : { timeSeconds: time }),
  };
}

/** Plans all batches of a configuration, one strictly after the other, as upstream runs them. */
class UpstreamPlanner {
  readonly #terms: PlanTerms;
  readonly #resources: Resources | undefined;
  readonly #prefixes: readonly string[];

  constructor(terms: PlanTerms) {
    this.#terms = terms;
    this.#resources = resourcesOf(terms.config.resources);
    this.#prefixes = prefixesOf(terms.context.name, terms.ensemble.batches);
  }

  sets(): TaskSet[] {
    const { preProcess } = this.#terms.ensemble;
    const chain = this.#process('pre_process', preProcess, { after: [], reuse: true });
    const needs: Need[] = chain.last === undefined ? [] : [{ set: chain.last, how: 'all' }];
    return [...chain.sets, ...this.#from(0, needs)];
  }

  limits(): Record<string, number> {
    return Object.fromEntries(
      this.#terms.ensemble.batches.flatMap(({ maxruns, maxjobs }, at) => [
        [`${this.#prefixes[at]}.runs`, maxruns],
        [`${this.#prefixes[at]}.jobs`, maxjobs],
      ]),
    );
  }

  /** The batches from one on, and what comes after all of them. */
  #from(at: number, after: readonly Need[]): TaskSet[] {
    const batch = this.#terms.ensemble.batches[at];
    const prefix = this.#prefixes[at];
    if (batch === undefined || prefix === undefined) {
      const { postProcess } = this.#terms.ensemble;
      return this.#process('post_process', postProcess, { after, reuse: false }).sets;
    }
    const members = batch.runs.map((_run, index) => index);
    if (batch.repeat) return this.#cycle(at, { cycle: 1, members }, after);
    const part = { prefix, members, cycle: 1 };
    const plan = this.#batch(batch, part, after);
    return [...plan.sets, ...this.#from(at + 1, plan.ends)];
  }

  #batch(batch: UpstreamBatch, part: BatchPlanPart, after: readonly Need[]): BatchPlan {
    return new BatchPlan(this.#terms, batch, part, { after, resources: this.#resources });
  }

  /** One cycle, and a placeholder for what follows from how it went. */
  #cycle(
    at: number,
    { cycle, members }: { readonly cycle: number; readonly members: readonly number[] },
    after: readonly Need[],
  ): TaskSet[] {
    const batch = this.#terms.ensemble.batches[at];
    const prefix = this.#prefixes[at] ?? '';
    if (batch === undefined) return [];
    const { maxCycles } = this.#terms.config;
    if (cycle > maxCycles) {
      throw ensembleError(
        'ENSEMBLE_CYCLES',
        `batch ${batch.name} is not over after ${maxCycles} cycles: ${members.length} members would go on`,
        { details: { batch: batch.name, cycles: maxCycles, members: members.length } },
      );
    }
    const plan = this.#batch(batch, { prefix: `${prefix}.cycle-${cycle}`, members, cycle }, after);
    const needs = [
      ...plan.ends,
      ...plan.gates.map((set): Need => ({ set, how: 'all', after: 'end' })),
    ];
    const name = `${prefix}.cycle-${cycle + 1}`;
    const { context, digest } = this.#terms;
    return [
      ...plan.sets,
      {
        name,
        size: 0,
        digest: context.sha256(`${digest}\n${name}`),
        label: () => '',
        spec: () => ({ work: { kind: 'command', argv: ['true'] } }),
        needs,
        expand: {
          into: (results) => {
            const left = plan.goesOn(results);
            return left.length === 0
              ? this.#from(at + 1, [])
              : this.#cycle(at, { cycle: cycle + 1, members: left }, []);
          },
        },
      },
    ];
  }

  #process(
    hook: string,
    tasks: readonly UpstreamTask[],
    { after, reuse }: { readonly after: readonly Need[]; readonly reuse: boolean },
  ): SetChain {
    const { context, places } = this.#terms;
    const prefix = context.name;
    const terms = this.#terms;
    const chain = new SetChain({ terms, prefix, size: 1, label: () => '', reuse }, after);
    const base = places.launch;
    const spot = { directory: base, id: context.name, base, manifest: '' };
    for (const [index, task] of tasks.entries()) {
      const check = checkPolicy(task, this.#terms);
      chain.add({
        name: `${hook}-${index + 1}`,
        spec: () => hookWork(task, spot, this.#terms, false),
        ...(check === undefined ? {} : { check }),
      });
    }
    return chain;
  }
}

type BatchPlanPart = ConstructorParameters<typeof BatchPlan>[2];

/** Names of batches as parts of names of sets, each one once. */
function prefixesOf(flow: string, batches: readonly UpstreamBatch[]): string[] {
  const seen = new Set<string>();
  return batches.map(({ name }, at) => {
    const plain = name.replaceAll(/[^A-Za-z0-9_@+=-]/g, '_').slice(0, 80) || '_';
    const prefix = seen.has(plain) ? `${plain}@${at}` : plain;
    seen.add(prefix);
    return `${flow}.${prefix}`;
  });
}

/** What people see anyway when a member fails for it; the import report lists it. */
const EXPECTED_HERE = new Set([
  'failure-ignored',
  'post-run-after-failure',
  'repeat',
  'move-then-remove',
]);

/** Tells each kind of trap once, with its first place. */
function tellWarnings(context: FlowContext, terms: PlanTerms): void {
  const kinds = Map.groupBy(terms.ensemble.warnings, ({ kind }) => kind);
  for (const [kind, [first, ...others]] of kinds) {
    if (first === undefined || EXPECTED_HERE.has(kind)) continue;
    const { line, column, message, hint } = first;
    const place = `${terms.config.file}:${line}:${column}`;
    const more = others.length === 0 ? {} : { places: others.length + 1 };
    context.log.warn({ place, ...more, ...(hint === undefined ? {} : { hint }) }, message);
  }
}

/** An ensemble written for model-ensembler, run as it is. */
export function upstreamFlow(config: UpstreamConfig, state: string): Flow {
  return {
    plan(context) {
      const text = context.readText(config.file);
      const ensemble = readUpstream(text, config.file);
      const extra = readExtraVariables(
        Object.entries(config.variables).map(([name, value]) => `${name}=${value}`),
      );
      // Where the steps run changes nothing of what they do.
      const { file: _file, steps, ...rest } = config;
      const terms: PlanTerms = {
        context,
        config,
        ensemble,
        extra,
        state,
        places: new UpstreamPlaces(context.projectDirectory, config.launch),
        module: fileURLToPath(UPSTREAM_MODULE),
        stepsBackend: stepsBackend(steps, context),
        digest: context.sha256(JSON.stringify([FORMAT, context.name, text, rest])),
      };
      tellWarnings(context, terms);
      const planner = new UpstreamPlanner(terms);
      return { sets: planner.sets(), limits: planner.limits() };
    },
  };
}
