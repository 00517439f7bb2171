import { describe, expect, it } from 'vitest';
import {
  type FlowlineSetup,
  type FlowlineState,
  flowConstant,
  halfarAge,
  halfarThickness,
  rateFactor,
  stableYears,
  step,
  vialovDivide,
  volume,
} from '../examples/ice-sheet/physics.ts';

/** EISMINT's rate factor (Huybrechts et al. 1996, table 1), Pa^-3 a^-1. */
const EISMINT_RATE = 1e-16;
const LONGEST_STEP_YEARS = 5;

function run(setup: FlowlineSetup, begin: FlowlineState, untilYear: number): FlowlineState {
  let state = begin;
  while (state.year < untilYear - 1e-9) {
    const years = stableYears(setup, state.thickness, LONGEST_STEP_YEARS);
    state = step(setup, state, Math.min(years, untilYear - state.year));
  }
  return state;
}

describe('the demo ice sheet', () => {
  it("follows Halfar's (1981) spreading sheet for 10,000 years and keeps its volume", () => {
    const spacing = 10_000;
    const nodes = 151;
    const sheet = { flow: flowConstant(EISMINT_RATE), divide: 3000, halfWidth: 500_000 };
    const at = (age: number, node: number) =>
      halfarThickness({ ...sheet, age, distance: (node - (nodes - 1) / 2) * spacing });
    const age = halfarAge(sheet);
    const thickness = Float64Array.from({ length: nodes }, (_, node) => at(age, node));
    const setup = { spacing, bed: new Float64Array(nodes), accumulation: 0, flow: sheet.flow };

    const end = run(setup, { year: 0, thickness }, 10_000);

    expect(end.thickness[75]).toBeCloseTo(at(age + 10_000, 75), -1);
    expect(volume(setup, end.thickness) / volume(setup, thickness)).toBeCloseTo(1, 9);
  });

  it('comes to the steady divide of Vialov (1958) within half a percent', () => {
    const nodes = 61;
    const flow = flowConstant(EISMINT_RATE);
    const setup = { spacing: 25_000, bed: new Float64Array(nodes), accumulation: 0.3, flow };

    const end = run(setup, { year: 0, thickness: new Float64Array(nodes) }, 50_000);

    const expected = vialovDivide(flow, 0.3, 750_000);
    expect(expected).toBeCloseTo(3575.06, 1);
    expect(Math.abs((end.thickness[30] ?? 0) / expected - 1)).toBeLessThan(0.005);
  });

  it('softens with warmth as Paterson (1994) found', () => {
    // Paterson (1994), table 5.2: 4.9e-25 Pa^-3 s^-1 at -10 degC, which is 1.55e-17 a year.
    expect(rateFactor(-10) / 1.546e-17).toBeCloseTo(1, 2);
    expect(rateFactor(-20)).toBeLessThan(rateFactor(-10));
    expect(rateFactor(-5) / rateFactor(-10)).toBeGreaterThan(2);
  });
});
