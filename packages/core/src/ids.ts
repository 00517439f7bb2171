declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** One execution of a project: eight characters of `[a-z0-9]`, unique across users and machines for all practical purposes. */
export type RunId = Branded<'RunId'>;

/**
 * The name under which a backend knows a job, `<run>-<number>`: `[a-z0-9-]`, at most 40 characters, so it is valid as
 * a SLURM job name, a Kubernetes object name and a Vertex label alike. Deterministic: the same job of the same run
 * always has the same key, which is what makes submission idempotent.
 */
export type JobKey = Branded<'JobKey'>;

const RUN_ID = /^[a-z][a-z0-9]{7}$/;
const JOB_KEY = /^([a-z][a-z0-9]{7})-([0-9]{1,15})$/;

/** Whether a text has the form of a run id. */
export function isRunId(text: string): text is RunId {
  return RUN_ID.test(text);
}

/** Makes a run id from five or more random bytes. */
export function runIdFrom(random: Uint8Array): RunId {
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const symbols = `${letters}0123456789`;
  let id = letters[(random[0] ?? 0) % letters.length] ?? 'a';
  for (let position = 1; position < 8; position += 1) {
    id += symbols[(random[position % random.length] ?? 0) % symbols.length] ?? '0';
  }
  return id as RunId;
}

/** The key of job `number` of a run. */
export function jobKey(run: RunId, number: number): JobKey {
  return `${run}-${number}` as JobKey;
}

/** The run and number inside a job key, or `undefined` when the text is not one of ours. */
export function parseJobKey(text: string): { run: RunId; number: number } | undefined {
  const match = JOB_KEY.exec(text);
  if (match === null) return undefined;
  return { run: match[1] as RunId, number: Number(match[2]) };
}

/** What flows, tasks, backends, storages and limits may be called in a project file. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;
