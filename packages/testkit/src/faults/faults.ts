import type { Random } from '@orchestrate/core';
import { testkitError } from '../errors.ts';
import type { Fault, InterceptedCall } from './fault.ts';

/** How often a fault strikes, and which calls. */
export interface Chance {
  /** Between 0 (never) and 1 (always). */
  readonly chance: number;
  readonly random: Random;
  /** Only these methods. Default: all. */
  readonly methods?: readonly string[];
}

function strikes({ chance, random, methods }: Chance, { method }: InterceptedCall): boolean {
  return (methods?.includes(method) ?? true) && random() < chance;
}

function failure(call: InterceptedCall, what: string, clean: boolean): Error {
  return testkitError('FAULT_INJECTED', `${call.method}: ${what}.`, { details: { clean } });
}

/** The call has its effect, but the answer is lost: the connection broke. */
export function lostReplies(chance: Chance): Fault {
  return {
    name: 'lost reply',
    async call(call, go, note) {
      if (!strikes(chance, call)) return go();
      await go().catch(() => {});
      note();
      throw failure(call, 'the connection was lost before an answer came', false);
    },
  };
}

/** The call says that it timed out although it succeeded. What it was asked to do happens after the error, at the latest. */
export function falseTimeouts(chance: Chance): Fault {
  return {
    name: 'false timeout',
    async call(call, go, note) {
      if (!strikes(chance, call)) return go();
      note();
      go().catch(() => {});
      throw failure(call, 'timed out', false);
    },
  };
}

/** The call fails and has certainly had no effect; it says so by `details.clean`. */
export function refusals(chance: Chance): Fault {
  return {
    name: 'refusal',
    async call(call, go, note) {
      if (!strikes(chance, call)) return go();
      note();
      throw failure(call, 'refused before anything was done', true);
    },
  };
}

/** The call is made twice, as by a connection that repeats what was not confirmed; reports come twice. */
export function repetitions(chance: Chance): Fault {
  return {
    name: 'repetition',
    async call(call, go, note) {
      if (!strikes(chance, call)) return go();
      note();
      await go();
      return go();
    },
    report(deliver, note) {
      deliver();
      if (!strikes(chance, { method: 'watch', args: [] })) return;
      note();
      deliver();
    },
  };
}

/** Calls wait before their effect and before their answer, for as long as `wait` takes: a manual clock or a gate. */
export function slowness(
  chance: Chance,
  wait: (when: 'before' | 'after', call: InterceptedCall) => Promise<void>,
): Fault {
  return {
    name: 'slowness',
    async call(call, go, note) {
      if (!strikes(chance, call)) return go();
      note();
      await wait('before', call);
      const answer = await go();
      await wait('after', call);
      return answer;
    },
  };
}

/** Whole outages: each begins by chance with a call and lasts for a number of calls; none has an effect while it lasts. */
export function flapping(chance: Chance & { readonly calls: number }): Fault {
  let left = 0;
  return {
    name: 'outage',
    async call(call, go, note) {
      if (left === 0 && strikes(chance, call)) left = chance.calls;
      if (left === 0) return go();
      left -= 1;
      note();
      throw failure(call, 'the service is not reachable', true);
    },
  };
}

/** A stream breaks off after a part of its bytes, with an error. */
export function truncatedReads(chance: Chance): Fault {
  return {
    name: 'truncated read',
    async *stream(call, source, note) {
      const isStruck = strikes(chance, call);
      for await (const piece of source) {
        if (!isStruck) {
          yield piece;
          continue;
        }
        note();
        yield piece.subarray(0, Math.floor(piece.length * chance.random()));
        throw failure(call, 'the stream broke off', true);
      }
    },
  };
}

/** Now and then `list` (or `observe`) gives the answer it gave to the same question before. */
export function staleAnswers(chance: Chance): Fault {
  const earlier = new Map<string, unknown>();
  return {
    name: 'stale answer',
    async call(call, go, note) {
      if (call.method !== 'list' && call.method !== 'observe') return go();
      const question = JSON.stringify([call.method, call.args]);
      if (earlier.has(question) && strikes(chance, call)) {
        note();
        return earlier.get(question);
      }
      const answer = await go();
      earlier.set(question, answer);
      return answer;
    },
  };
}
