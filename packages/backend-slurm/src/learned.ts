import type { JobSpec } from '@orchestrate/core';

/** Times of jobs by what they have in common, for this leader's life. */
export class LearnedTimes {
  readonly #seconds = new Map<string, number>();

  /** How long jobs like this one took, seconds; recent ones count more. */
  of(job: JobSpec): number | undefined {
    return this.#seconds.get(likeness(job));
  }

  note(likenessOfJob: string, seconds: number): void {
    const known = this.#seconds.get(likenessOfJob);
    // The slower ones count: a pack that is too long costs more than one that is too short.
    const mixed = known === undefined ? seconds : Math.max(seconds, known * 0.9 + seconds * 0.1);
    this.#seconds.set(likenessOfJob, mixed);
  }
}

/** What jobs of one set have in common: the name up to the member, the resources and the kind of work. */
export function likeness({ name, resources, work }: JobSpec): string {
  return JSON.stringify([name.split('/')[0], resources, work.kind]);
}
