import { createReadStream, existsSync } from 'node:fs';
import type { JobKey } from '@orchestrate/core';
import { k8sError } from './errors.ts';
import { type Seen, statusOf } from './job-state.ts';
import type { Namespace } from './namespace.ts';
import { OURS, type Pod } from './objects.ts';
import { podLog } from './pod-log.ts';

/** What the logs of jobs with a Job of their own are found with. */
export interface JobLogsParts {
  readonly namespace: Namespace;
  readonly seen: (key: JobKey) => Seen | undefined;
  /** Accepted, and not shown up in the list yet. */
  readonly isAccepted: (key: JobKey) => boolean;
  /** Ended, with its log in place. */
  readonly isEnded: (key: JobKey) => boolean;
  /** Those who are told whenever jobs have changed. */
  readonly listeners: Set<() => void>;
}

/** Logs of jobs: from the file once it is there, from the pod before. */
export class JobLogs {
  readonly #parts: JobLogsParts;

  constructor(parts: JobLogsParts) {
    this.#parts = parts;
  }

  /** @throws BACKEND_JOB_UNKNOWN */
  async *read(key: JobKey, follow: boolean, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { namespace, isAccepted, isEnded } = this.#parts;
    const seen = this.#parts.seen(key);
    if (seen === undefined && !isAccepted(key))
      throw k8sError('BACKEND_JOB_UNKNOWN', `There is no trace of job ${key}`, {
        details: { key },
      });
    const file = seen?.job.metadata.annotations?.[OURS.log];
    if (isEnded(key) && file !== undefined && existsSync(file)) {
      yield* createReadStream(file);
      return;
    }
    const pod = follow ? await this.#started(key, signal) : seen?.pod;
    signal?.throwIfAborted();
    if (pod === undefined) return;
    yield* podLog(namespace, pod, { follow, ...(signal === undefined ? {} : { signal }) });
  }

  /** The pod of a job once it has started; `undefined` when it ended without, or nobody waits any more. */
  #started(key: JobKey, signal?: AbortSignal): Promise<Pod | undefined> {
    const { isAccepted, listeners } = this.#parts;
    const look = (): { readonly pod: Pod | undefined } | undefined => {
      const seen = this.#parts.seen(key);
      if (seen === undefined) return isAccepted(key) ? undefined : { pod: undefined };
      return ['queued', 'unknown'].includes(statusOf(key, seen).state)
        ? undefined
        : { pod: seen.pod };
    };
    const now = look();
    if (now !== undefined) return Promise.resolve(now.pod);
    return new Promise((resolve) => {
      const listener = (): void => {
        const then = look();
        if (then === undefined && signal?.aborted !== true) return;
        listeners.delete(listener);
        resolve(then?.pod);
      };
      listeners.add(listener);
      signal?.addEventListener('abort', listener, { once: true });
    });
  }
}
