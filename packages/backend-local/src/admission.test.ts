import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Admission, covers, type Need } from './admission.ts';
import { WaitingLine } from './waiting-line.ts';

const need = (cpus: number, memoryBytes = 0): Need => ({ cpus, memoryBytes, gpus: 0 });

describe('Admission', () => {
  it('never gives more than there is, and everything again once all is given back', () => {
    const capacity = { cpus: 4, memoryBytes: 100, gpus: 2, slots: 5 };
    const needs = fc.array(
      fc.record({
        cpus: fc.constantFrom(0.1, 0.25, 1, 2, 4),
        memoryBytes: fc.integer({ min: 0, max: 100 }),
        gpus: fc.integer({ min: 0, max: 2 }),
      }),
    );

    fc.assert(
      fc.property(needs, (wanted) => {
        const admission = new Admission(capacity);
        const taken = wanted.filter((one) => {
          const fits = admission.fits(one);
          if (fits) admission.take(one);
          return fits;
        });
        const sum = (pick: (one: Need) => number) =>
          taken.reduce((total, one) => total + pick(one), 0);

        expect(taken.length).toBeLessThanOrEqual(5);
        expect(sum((one) => one.cpus)).toBeLessThanOrEqual(4.000001);
        expect(sum((one) => one.memoryBytes)).toBeLessThanOrEqual(100);
        expect(sum((one) => one.gpus)).toBeLessThanOrEqual(2);

        for (const one of taken) admission.give(one);
        expect(admission.fits({ cpus: 4, memoryBytes: 100, gpus: 2 })).toBe(true);
      }),
    );
  });

  it('runs ten jobs of a tenth of a core on one core', () => {
    const admission = new Admission({ cpus: 1, memoryBytes: 0, gpus: 0 });
    for (let n = 0; n < 10; n += 1) {
      expect(admission.fits(need(0.1))).toBe(true);
      admission.take(need(0.1));
    }

    expect(admission.fits(need(0.1))).toBe(false);
    expect(admission.full).toBe(true);
  });

  it('says why a job can never run here', () => {
    const admission = new Admission({ cpus: 2, memoryBytes: 10, gpus: 0 });

    expect(admission.refusal(need(2, 10))).toBeUndefined();
    expect(admission.refusal(need(3))).toMatch(/asks for 3 cpus/);
    expect(admission.refusal(need(1, 11))).toMatch(/asks for 11 bytes of memory/);
    expect(admission.refusal({ cpus: 1, memoryBytes: 0, gpus: 1 })).toMatch(/asks for 1 gpus/);
  });

  it('covers a need by one that asks for at least as much of everything', () => {
    expect(covers(need(2, 5), need(1, 5))).toBe(true);
    expect(covers(need(2, 5), need(1, 6))).toBe(false);
  });
});

describe('WaitingLine', () => {
  it('gives items in the order in which they came', () => {
    const line = new WaitingLine<number>();
    for (let n = 0; n < 5_000; n += 1) line.push(n);

    const taken = Array.from({ length: 5_000 }, () => line.take(() => true));

    expect(taken).toEqual(Array.from({ length: 5_000 }, (_, n) => n));
    expect(line.length).toBe(0);
  });

  it('lets small ones pass a big one only so often', () => {
    const line = new WaitingLine<string>();
    line.push('big');
    for (let n = 0; n < 1_000; n += 1) line.push('small');
    const small = (item: string) => item === 'small';

    let passed = 0;
    while (line.take(small) !== undefined) passed += 1;

    expect(passed).toBeGreaterThan(0);
    expect(passed).toBeLessThan(100);
    expect(line.take(() => true)).toBe('big');
    expect(line.take(small)).toBe('small');
  });

  it('takes back to the front and removes from anywhere', () => {
    const line = new WaitingLine<number>();
    for (const n of [1, 2, 3, 4]) line.push(n);
    line.take(() => true);
    line.pushFront([8, 9]);

    expect(line.remove(3)).toBe(true);
    expect(line.remove(1)).toBe(false);
    expect(Array.from({ length: 4 }, () => line.take(() => true))).toEqual([8, 9, 2, 4]);
  });
});
