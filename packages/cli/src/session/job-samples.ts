import { join } from 'node:path';
import {
  isFlowError,
  type JobSample,
  type Json,
  type Results,
  type TaskSet,
  type TaskSpec,
} from '@orchestrate/core';
import type { Plan } from '@orchestrate/engine';

/** Tasks of a set that are looked at for what they ask; most sets ask the same for all. */
const MOST_TASKS = 1000;

/** What jobs ask for, by backend, and the sets of which that becomes known only while the run goes on. */
export interface Samples {
  readonly byBackend: ReadonlyMap<string, readonly JobSample[]>;
  readonly unknown: readonly string[];
}

const NOT_YET = 'not-known-yet';

/**
 * Results of tasks that have not run: objects with whatever fields specs turn out to ask for, each a text. So specs come
 * about whose commands hold what earlier tasks find; one whose resources do cannot be read, and counts as not known.
 */
class StandIns implements Results {
  readonly #fields: Record<string, Json> = {};

  result(): Json {
    return { ...this.#fields };
  }

  size(): number {
    return 0;
  }

  /** The spec, after as many tries as there are fields to learn of. @throws whatever the spec throws for other reasons */
  render(set: TaskSet, index: number): TaskSpec {
    for (;;) {
      try {
        return set.spec(index, this);
      } catch (error) {
        const field = missingField(error);
        if (field === undefined || Object.hasOwn(this.#fields, field)) throw error;
        this.#fields[field] = NOT_YET;
      }
    }
  }
}

function missingField(error: unknown): string | undefined {
  if (!isFlowError(error) || error.code !== 'TEMPLATE_UNKNOWN_NAME') return undefined;
  return /there is no "([^"]+)"/.exec(error.message)?.[1];
}

/** Places of inputs and outputs stand in texts between NUL characters until a job is made of them. */
function withoutMarks(text: string): string {
  return text.replaceAll('\0', '');
}

function workOf({ work }: TaskSpec): JobSample['work'] {
  if (work.kind === 'command') return { ...work, argv: work.argv.map(withoutMarks) };
  if (work.kind === 'shell') return { ...work, script: withoutMarks(work.script) };
  const { module, export: exported, args } = work;
  return { kind: 'functions', module, export: exported, ordered: false, calls: [{ args }] };
}

function sampleOf(set: TaskSet, spec: TaskSpec, count: number, project: string): JobSample {
  return {
    name: set.name,
    count,
    work: workOf(spec),
    directory: join(project, spec.directory ?? '.'),
    resources: spec.resources ?? {},
    ...(spec.backendOptions === undefined ? {} : { backendOptions: spec.backendOptions }),
  };
}

/** One sample for all tasks of a set that ask for the same. */
function samplesOf(set: TaskSet, project: string): readonly JobSample[] {
  const standIns = new StandIns();
  const found = new Map<string, { readonly spec: TaskSpec; count: number }>();
  const seen = Math.min(set.size, MOST_TASKS);
  for (let index = 0; index < seen; index += 1) {
    const spec = standIns.render(set, index);
    const key = JSON.stringify([spec.resources, spec.backendOptions]);
    const known = found.get(key);
    if (known === undefined) found.set(key, { spec, count: 1 });
    else known.count += 1;
  }
  // What is not looked at is taken to be like what is.
  const share = seen === 0 ? 1 : set.size / seen;
  return [...found.values()].map(({ spec, count }) =>
    sampleOf(set, spec, Math.round(count * share), project),
  );
}

/** What the jobs of a plan would ask for. Specs that need results of earlier tasks are not known beforehand. */
export function jobSamples(plan: Plan): Samples {
  const byBackend = new Map<string, JobSample[]>();
  const unknown: string[] = [];
  for (const { set, backend } of plan.sets) {
    if (set.expand !== undefined) {
      unknown.push(set.name);
      continue;
    }
    try {
      const samples = samplesOf(set, plan.projectDirectory);
      byBackend.set(backend, [...(byBackend.get(backend) ?? []), ...samples]);
    } catch {
      unknown.push(set.name);
    }
  }
  return { byBackend, unknown };
}
