/**
 * Grows an ice sheet on a given bed from nothing towards its steady state, leaving a checkpoint now and then: a run that
 * is cut short and started again goes on where the last checkpoint was.
 *
 *   node model.ts --bed bed.json --accumulation 0.3 --temperature=-10.0 --years 50000 --checkpoint state.json --out profile.json
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  type FlowlineSetup,
  type FlowlineState,
  flowConstant,
  rateFactor,
  stableYears,
  step,
  vialovDivide,
  volume,
} from './physics.ts';

const CHECKPOINT_YEARS = 1000;
const LONGEST_STEP_YEARS = 5;

/** What a finished member leaves; lengths in m, volume per metre of width in m2. */
export interface Profile {
  readonly accumulation: number;
  readonly temperature: number;
  readonly spacing: number;
  readonly year: number;
  readonly bed: readonly number[];
  readonly thickness: readonly number[];
  readonly series: readonly (readonly [year: number, volume: number])[];
  readonly vialovDivide: number;
}

interface Checkpoint {
  readonly year: number;
  readonly thickness: readonly number[];
  readonly series: readonly (readonly [number, number])[];
}

/** Writes a file so that a reader, or a restart after a crash, sees the old content or the new, never a part. */
function writeWhole(path: string, value: unknown): void {
  writeFileSync(`${path}.part`, JSON.stringify(value));
  renameSync(`${path}.part`, path);
}

function numberOption(values: Record<string, string | undefined>, name: string): number {
  const value = Number(values[name]);
  if (values[name] === undefined || !Number.isFinite(value)) {
    console.error(`--${name}: expected a number, got ${values[name] ?? 'nothing'}`);
    process.exit(2);
  }
  return value;
}

function start(path: string, nodes: number): { state: FlowlineState; series: [number, number][] } {
  if (!existsSync(path)) {
    return { state: { year: 0, thickness: new Float64Array(nodes) }, series: [[0, 0]] };
  }
  const saved = JSON.parse(readFileSync(path, 'utf8')) as Checkpoint;
  console.log(`going on from year ${Math.round(saved.year)}`);
  return {
    state: { year: saved.year, thickness: Float64Array.from(saved.thickness) },
    series: saved.series.map(([year, area]) => [year, area]),
  };
}

function main(): void {
  const names = ['bed', 'accumulation', 'temperature', 'years', 'checkpoint', 'out'] as const;
  const options = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]));
  const values = parseArgs({ options }).values as Record<string, string | undefined>;
  const accumulation = numberOption(values, 'accumulation');
  const temperature = numberOption(values, 'temperature');
  const years = numberOption(values, 'years');
  const bed = JSON.parse(readFileSync(values['bed'] ?? '', 'utf8')) as {
    spacing: number;
    elevation: number[];
  };
  const flow = flowConstant(rateFactor(temperature));
  const setup: FlowlineSetup = {
    spacing: bed.spacing,
    bed: Float64Array.from(bed.elevation),
    accumulation,
    flow,
  };
  const checkpoint = values['checkpoint'] ?? 'checkpoint.json';
  let { state, series } = start(checkpoint, setup.bed.length);
  while (state.year < years) {
    const until = Math.min(
      years,
      (Math.floor(state.year / CHECKPOINT_YEARS) + 1) * CHECKPOINT_YEARS,
    );
    while (state.year < until) {
      const length = stableYears(setup, state.thickness, LONGEST_STEP_YEARS);
      state = step(setup, state, Math.min(length, until - state.year));
      if (until - state.year < 1e-6) state = { ...state, year: until };
    }
    series = [...series, [state.year, volume(setup, state.thickness)]];
    writeWhole(checkpoint, { year: state.year, thickness: [...state.thickness], series });
    console.log(`year ${state.year}: ${(volume(setup, state.thickness) / 1e6).toFixed(1)} km2`);
  }
  const halfWidth = (setup.spacing * (setup.bed.length - 1)) / 2;
  const profile: Profile = {
    accumulation,
    temperature,
    spacing: setup.spacing,
    year: state.year,
    bed: bed.elevation,
    thickness: [...state.thickness],
    series,
    vialovDivide: vialovDivide(flow, accumulation, halfWidth),
  };
  writeWhole(values['out'] ?? 'profile.json', profile);
}

main();
