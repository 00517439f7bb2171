/** What the sweep comes to: one table and one plot of all members. Both are called by the project as functions. */
import { readFileSync, writeFileSync } from 'node:fs';
import type { FunctionContext } from '@orchestrate/core';
import type { Profile } from './model.ts';
import { profilePanel, type Series, scatterPanel, svgPage } from './plot.ts';

/** Arguments of both functions: the files that members left. */
interface Members {
  readonly profiles: readonly string[];
}

function read(members: Members): readonly Profile[] {
  return members.profiles.map((path) => JSON.parse(readFileSync(path, 'utf8')) as Profile);
}

function divide(profile: Profile): number {
  return profile.thickness.reduce((most, height) => Math.max(most, height), 0);
}

/** Writes one CSV line per member; the result says how far the members are from Vialov's steady sheet on average. */
export function table(
  members: Members,
  context: FunctionContext,
): { members: number; meanDifference: number } {
  const lines = ['accumulation_m_a,temperature_degC,spacing_m,divide_m,vialov_m,volume_km2'];
  let difference = 0;
  const profiles = read(members);
  for (const profile of profiles) {
    const volume = profile.series.at(-1)?.[1] ?? 0;
    difference += Math.abs(divide(profile) / profile.vialovDivide - 1) / profiles.length;
    lines.push(
      [
        profile.accumulation,
        profile.temperature,
        profile.spacing,
        divide(profile).toFixed(1),
        profile.vialovDivide.toFixed(1),
        (volume / 1e6).toFixed(2),
      ].join(','),
    );
  }
  writeFileSync(context.outputs['table'] ?? 'table.csv', `${lines.join('\n')}\n`);
  return { members: profiles.length, meanDifference: Number(difference.toFixed(4)) };
}

/** Draws the surface of every member, and its divide against Vialov's formula. */
export function plot(members: Members, context: FunctionContext): void {
  const profiles = read(members);
  const finest = Math.min(...profiles.map(({ spacing }) => spacing));
  const surfaces: Series[] = profiles
    .filter(({ spacing }) => spacing === finest)
    .map((profile) => ({
      label: `${profile.accumulation} m/a, ${profile.temperature} °C`,
      x: profile.thickness.map((_, node) => (node * profile.spacing) / 1000),
      y: profile.thickness.map((height, node) => height + (profile.bed[node] ?? 0)),
    }));
  const bed = profiles.find(({ spacing }) => spacing === finest)?.bed ?? [];
  const points = profiles.map((profile) => ({
    x: profile.vialovDivide,
    y: divide(profile),
    label: `${profile.spacing / 1000} km`,
  }));
  writeFileSync(
    context.outputs['figure'] ?? 'figure.svg',
    svgPage([profilePanel(surfaces, bed), scatterPanel(points)]),
  );
}
