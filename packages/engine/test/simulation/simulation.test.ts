import { describe, expect, it } from 'vitest';
import { BROKEN } from './broken-schedulers.ts';
import { simulate } from './simulate.ts';

const { env } = process;
const only = env['ORCHESTRATE_SEED'];
const seeds = only === undefined ? Number(env['ORCHESTRATE_SEEDS'] ?? 10_000) : 1;
const first = only === undefined ? 1 : Number(only);

describe('simulation', () => {
  it(`keeps every promise in ${seeds} worlds from seed ${first}`, { timeout: 600_000 }, () => {
    let crashes = 0;
    const outcomes = new Set<string>();

    for (let seed = first; seed < first + seeds; seed += 1) {
      const result = simulate(seed);
      crashes += result.crashes;
      outcomes.add(result.outcome);
    }

    expect(outcomes.size).toBeGreaterThan(seeds >= 100 ? 2 : 0);
    expect(crashes).toBeGreaterThanOrEqual(seeds >= 100 ? seeds : 0);
  });

  it('gives the same run for the same seed', () => {
    expect(simulate(7)).toEqual(simulate(7));
  });

  it.each(BROKEN)('catches a scheduler that %s', (_name, make) => {
    expect(() => {
      for (let seed = 1; seed <= 200; seed += 1) simulate(seed, make);
    }).toThrow(/^seed \d+: /);
  });
});
