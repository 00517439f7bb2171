/** A job or task of an array as SLURM writes it. */
export interface SlurmId {
  /** `123`, the id that sbatch answered. */
  readonly job: string;
  /** Inclusive ranges of array indices; none for a job that is no array. */
  readonly tasks: readonly (readonly [first: number, last: number])[];
}

const ID = /^([0-9]+)(?:_(?:([0-9]+)|\[([0-9,:-]+)(?:%[0-9]+)?\]))?(?:\+[0-9]+)?$/;

function range(text: string): (readonly [number, number])[] {
  const match = /^([0-9]+)(?:-([0-9]+)(?::([0-9]+))?)?$/.exec(text);
  if (match === null) return [];
  const first = Number(match[1]);
  const last = match[2] === undefined ? first : Number(match[2]);
  const step = match[3] === undefined ? 1 : Number(match[3]);
  if (step <= 1) return [[first, last]];
  const each: (readonly [number, number])[] = [];
  for (let at = first; at <= last; at += step) each.push([at, at]);
  return each;
}

/** Reads `123`, `123_4` and `123_[5-9,12%3]`; `undefined` for anything else. */
export function parseSlurmId(text: string): SlurmId | undefined {
  const match = ID.exec(text);
  if (match === null) return undefined;
  const [, job = '', one, many] = match;
  if (one !== undefined) return { job, tasks: [[Number(one), Number(one)]] };
  if (many === undefined) return { job, tasks: [] };
  return { job, tasks: many.split(',').flatMap(range) };
}

/** Sorted indices as sbatch and scancel take them: `0-3,7`. */
export function formatIndices(indices: readonly number[]): string {
  const sorted = [...new Set(indices)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let at = 0; at < sorted.length; ) {
    let end = at;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end += 1;
    parts.push(end === at ? `${sorted[at]}` : `${sorted[at]}-${sorted[end]}`);
    at = end + 1;
  }
  return parts.join(',');
}
