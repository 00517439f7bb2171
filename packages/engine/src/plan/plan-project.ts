import { join } from 'node:path';
import {
  type Clock,
  type FlowError,
  isFlowError,
  type Json,
  type Logger,
  type Need,
  silentLogger,
  type TaskGraph,
  type TaskSet,
} from '@orchestrate/core';
import { realClock } from '../drive/real-time.ts';
import { STATE_FOLDER } from '../journal/state-folder.ts';
import { INLINE } from '../plugins/inline-builtin.ts';
import {
  type ConfiguredFlow,
  type LoadedProject,
  PLACED_CODES,
} from '../project/loaded-project.ts';
import { runError } from '../run-errors.ts';
import {
  checkSets,
  type Known,
  type NamingProblem,
  namingProblems,
  orderSets,
} from './check-sets.ts';
import { flowContext, type PlaceOf, type PlanDescribed } from './flow-context.ts';
import { hashes } from './hashes.ts';
import type { Plan, PlannedSet } from './plan-types.ts';

/** What planning may use. */
export interface PlanOptions {
  readonly log?: Logger;
  readonly clock?: Clock;
}

/**
 * Asks every flow for its tasks and joins them to one checked graph. Runs nothing and writes nothing. What flows find
 * wrong with themselves is gathered from all of them first, but for those that need a flow that cannot be planned.
 * @throws PROJECT_INVALID with every such problem and its place in the file; PLAN_INVALID, FLOW_FAILED, and other errors
 *   of a flow
 */
export async function planProject(loaded: LoadedProject, options: PlanOptions = {}): Promise<Plan> {
  const ofFlow = new Map<string, readonly TaskSet[]>();
  const entries: PlannedSet[] = [];
  const limits: Record<string, number> = { ...loaded.limits };
  const errors = new Map<string, FlowError>();
  const places = new Map<string, PlaceOf>();
  for (const flow of loaded.flows) {
    if (flow.needs.some((name) => !ofFlow.has(name))) continue;
    const upstream = flow.needs.flatMap((name) => ofFlow.get(name) ?? []);
    const barriers: Need[] = upstream.map((set) => ({ set: set.name, how: 'all' }));
    const backend = flow.backend ?? loaded.defaultBackend;
    const planned = await graphOf(loaded, flow, upstream, options).catch((error: unknown) => {
      if (!isFlowError(error)) throw error;
      errors.set(flow.name, error);
    });
    if (planned === undefined) continue;
    const { graph, placeOf } = planned;
    places.set(flow.name, placeOf);
    const sets = graph.sets.map((set) => completeSet(set, backend, barriers));
    Object.assign(limits, graph.limits);
    ofFlow.set(flow.name, sets);
    for (const set of sets) entries.push({ flow: flow.name, set, backend: set.backend ?? backend });
  }
  const known = { backends: new Set(loaded.backends.keys()), limits };
  findUnknownNames(entries, known, { places, errors });
  if (errors.size > 0) throw planningError(loaded, errors);
  const sets = entries.map((entry) => entry.set);
  checkSets(sets, known);
  const ordered = orderSets(entries);
  let digest: string | undefined;
  return {
    name: loaded.name,
    projectDirectory: loaded.directory,
    sets: ordered,
    limits,
    tasks: ordered.reduce((sum, { set }) => sum + (set.expand === undefined ? set.size : 0), 0),
    get digest() {
      digest ??= graphDigest(ordered);
      return digest;
    },
  };
}

/** Adds an error for each flow of which sets name a backend or a limit that is not there. */
function findUnknownNames(
  entries: readonly PlannedSet[],
  known: Known,
  {
    places,
    errors,
  }: {
    readonly places: ReadonlyMap<string, PlaceOf>;
    readonly errors: Map<string, FlowError>;
  },
): void {
  const ofFlow = new Map<string, { readonly set: string; readonly problem: NamingProblem }[]>();
  // Limits that a flow brings along are not known when it could not be planned.
  const isUnplanned = ({ path: [, limit = ''] }: NamingProblem): boolean =>
    [...errors.keys()].some((flow) => limit.startsWith(`${flow}.`));
  for (const { flow, set } of entries) {
    for (const problem of namingProblems(set, known)) {
      if (isUnplanned(problem)) continue;
      ofFlow.set(flow, [...(ofFlow.get(flow) ?? []), { set: set.name, problem }]);
    }
  }
  for (const [flow, found] of ofFlow) {
    const problems = found.map(({ set, problem: { path, message } }): Json => {
      const inTask = path[0] === 'members' ? path : ['tasks', set.slice(flow.length + 1), ...path];
      return { path: [...(places.get(flow)?.(inTask) ?? [])], message };
    });
    const [first] = found;
    const message = `${first?.set}: ${first?.problem.message}`;
    errors.set(flow, runError('PLAN_INVALID', message, { details: { flow, problems } }));
  }
}

function planningError(loaded: LoadedProject, errors: ReadonlyMap<string, FlowError>): FlowError {
  const all = [...errors.values()];
  const [first] = all;
  if (first === undefined) throw new RangeError('there are no errors');
  // An error with a code of its own and its own places keeps them, unless there is more to tell.
  const isOwn = all.length === 1 && !PLACED_CODES.has(first.code);
  return isOwn ? first : (loaded.refusal?.(errors) ?? first);
}

async function graphOf(
  loaded: LoadedProject,
  flow: ConfiguredFlow,
  upstream: readonly TaskSet[],
  options: PlanOptions,
): Promise<{ readonly graph: TaskGraph; readonly placeOf: PlaceOf }> {
  let placeOf: PlaceOf = flow.plugin.name === INLINE.name ? (path) => path : () => [];
  const log = options.log ?? silentLogger;
  try {
    const made = await flow.plugin.create(flow.config, {
      name: flow.name,
      projectDirectory: loaded.directory,
      stateDirectory: join(loaded.directory, STATE_FOLDER, 'flows', flow.name),
      log,
      clock: options.clock ?? realClock,
      random: Math.random,
    });
    const planDescribed = await describedPlanner(flow);
    const described = (place: PlaceOf): void => {
      placeOf = place;
    };
    const more = { log, upstream, planDescribed, described };
    const graph = made.plan(flowContext(loaded, flow, more));
    checkOwnNames(flow.name, graph);
    return { graph, placeOf };
  } catch (error) {
    if (isFlowError(error)) throw error;
    const said = error instanceof Error ? error.message : String(error);
    throw runError('FLOW_FAILED', `flow ${flow.name} (${flow.plugin.name}) cannot plan: ${said}`, {
      details: { flow: flow.name, plugin: flow.plugin.name },
      cause: error,
    });
  }
}

/** What plans inline flows is loaded only where a plugin may want it; flows in the project file have it with them. */
async function describedPlanner({ plugin }: ConfiguredFlow): Promise<PlanDescribed> {
  if (plugin.name === INLINE.name) return refuseDescription;
  const { planDescribed } = await import('../inline-flow/plan-described.ts');
  return planDescribed;
}

const refuseDescription: PlanDescribed = () => {
  throw runError('FLOW_FAILED', 'a flow written in the project file describes its tasks there');
};

function checkOwnNames(flow: string, { sets, limits = {} }: TaskGraph): void {
  const named = [
    ...sets.map(({ name }) => ['set', name] as const),
    ...Object.keys(limits).map((name) => ['limit', name] as const),
  ];
  for (const [what, name] of named) {
    if (name.startsWith(`${flow}.`)) continue;
    throw runError('PLAN_INVALID', `flow ${flow}: ${what} ${name} must be named ${flow}.*`);
  }
}

/**
 * The set with its backend filled in, further barriers, and another digest if one is given; its methods keep their `this`.
 * Its own digest is worked out only when it is asked for: who looks at a plan does not need it.
 */
export function completeSet(
  set: TaskSet,
  backend: string,
  barriers: readonly Need[],
  digest?: string,
): TaskSet {
  const known = new Set((set.needs ?? []).flatMap((need) => (need.how === 'all' ? need.set : [])));
  const added = barriers.filter((need) => !known.has(need.set));
  const isForEnd = set.reuse === undefined && set.needs?.some(({ after }) => after === 'end');
  const isComplete = added.length === 0 && set.backend !== undefined && isForEnd !== true;
  if (isComplete && (digest === undefined || digest === set.digest)) return set;
  return Object.create(set, {
    // What runs however others ended has to run again when they have ended otherwise.
    ...(isForEnd === true ? { reuse: { value: false, enumerable: true } } : {}),
    backend: { value: set.backend ?? backend, enumerable: true },
    needs: { value: [...(set.needs ?? []), ...added], enumerable: true },
    digest: { get: () => digest ?? set.digest, enumerable: true },
  }) as TaskSet;
}

/** Digest over everything that makes two graphs the same to a run in progress. */
export function graphDigest(sets: readonly PlannedSet[]): string {
  const digest = hashes().createHash('sha256');
  for (const { set, backend } of sets) {
    const kind = set.expand === undefined ? `${set.size}` : 'placeholder';
    digest.update(`${set.name}\n${backend}\n${kind}\n${set.digest}\n`);
    for (const need of set.needs ?? []) {
      digest.update(`${need.how}${need.after === 'end' ? ' end of' : ''} ${need.set}\n`);
      if (need.how !== 'edges') continue;
      digest.update(bytesOf(need.offsets)).update(bytesOf(need.targets));
    }
  }
  return digest.digest('hex');
}

function bytesOf(numbers: Uint32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}
