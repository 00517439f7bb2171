import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  canonicalJson,
  errorsOf,
  FlowError,
  isFinal,
  isFlowError,
  isLegalTransition,
  isLive,
  isRunId,
  jobKey,
  parseJobKey,
  runIdFrom,
  TASK_STATES,
} from '../src/index.ts';

describe('ids', () => {
  it('makes run ids and job keys that every backend accepts as a name', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 5, maxLength: 16 }), fc.nat(), (random, number) => {
        const run = runIdFrom(random);
        const key = jobKey(run, number);
        expect(isRunId(run)).toBe(true);
        expect(key).toMatch(/^[a-z][a-z0-9-]{0,39}$/);
        expect(parseJobKey(key)).toEqual({ run, number });
      }),
    );
  });

  it('does not take a stranger for a job of ours', () => {
    expect(parseJobKey('nightly-7')).toBeUndefined();
    expect(parseJobKey('abcdefgh-1x')).toBeUndefined();
  });
});

describe('canonicalJson', () => {
  it('gives equal texts for equal values, whatever the order of the keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(value));
      }),
    );
  });

  it('keeps the order of lists', () => {
    expect(canonicalJson([2, 1])).toBe('[2,1]');
  });
});

describe('FlowError', () => {
  const make = errorsOf({ DISK_FULL: { retry: 'later', hint: 'make room' } });

  it('carries what its table says of the code', () => {
    const error = make('DISK_FULL', 'cannot write a.nc', { details: { bytes: 7 } });

    expect(error).toMatchObject({
      code: 'DISK_FULL',
      retry: 'later',
      hint: 'make room',
      details: { bytes: 7 },
    });
  });

  it('is recognised without instanceof, and a stranger is not', () => {
    expect(isFlowError(make('DISK_FULL', 'x'))).toBe(true);
    expect(isFlowError(new Error('DISK_FULL'))).toBe(false);
    expect(isFlowError({ code: 'DISK_FULL' })).toBe(false);
  });

  it('keeps the cause', () => {
    const cause = new Error('ENOSPC');

    expect(new FlowError('X', 'y', { retry: 'never', hint: 'z', cause }).cause).toBe(cause);
  });
});

describe('task states', () => {
  it('lets every state be reached and every unfinished one be left', () => {
    for (const state of TASK_STATES) {
      const reachable = TASK_STATES.some((from) => isLegalTransition(from, state));
      const leaves = TASK_STATES.some((to) => isLegalTransition(state, to));
      expect(reachable || state === 'pending').toBe(true);
      expect(leaves).toBe(!isFinal(state));
    }
  });

  it('never lets doubt become success without a look', () => {
    expect(isLegalTransition('unknown', 'reused')).toBe(false);
    expect(isLegalTransition('pending', 'succeeded')).toBe(false);
  });

  it('lets no final state be live', () => {
    expect(TASK_STATES.filter((state) => isFinal(state) && isLive(state))).toEqual([]);
  });
});
