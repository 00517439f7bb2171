import type { Json } from '@orchestrate/core';

const text = (value: string): Json => value;
const int = (value: number): Json => ['i', String(value)];
const float = (value: number): Json => ['f', value];
const list = (...items: readonly Json[]): Json => ['l', [...items]];
const dict = (entries: Readonly<Record<string, Json>>): Json => [
  'd',
  Object.entries(entries).map(([key, value]) => [key, value]),
];

/** What member `index` of the ensemble sees as `run`, encoded so that int and float stay apart. */
export function memberValues(index: number): Json {
  const thickness = 100 + (index % 100) * 2.5;
  return dict({
    name: 'sweep',
    id: `sweep-${index}`,
    idx: int(index),
    dir: `/scratch/sweep/sweep-${index}`,
    nodes: int(1 + (index % 4)),
    ntasks: int(8 * (1 + (index % 4))),
    length: int(720 + (index % 7)),
    cluster: index % 3 === 0 ? '' : 'short',
    email: index % 2 === 0 ? 'someone@example.org' : null,
    sbatch: dict({ account: 'abc', exclusive: null, cpus_per_task: int(2) }),
    modules: list(
      dict({ name: 'gcc', version: '12.2' }),
      dict({ name: 'netcdf', version: text('4.9') }),
      dict({ name: 'openmpi', version: '4.1' }),
    ),
    symlinks: list('/data/forcing', '/data/grid', '/data/mask.nc'),
    mode: ['cold', 'restart', 'warm'][index % 3] ?? 'cold',
    spinup: index % 5 === 0,
    restart_file: `restart.${index}.nc`,
    flags: list('--fast', '', `--seed=${index}`),
    start: ['D', [2000 + (index % 20), 1 + (index % 12), 1]],
    thickness: float(thickness),
    accumulation: float((1 + (index % 10)) / 10),
    physics: dict({ glen_n: float(3), evolve: index % 2 === 1, scheme: 'upwind', order: int(2) }),
    levels: list(...Array.from({ length: 12 }, (_, level) => float(thickness * 0.1 * level))),
    nx: int(80),
    ny: int(20),
    dx: float(4000),
    dt: float(0.5),
    end_time: float(100 + index),
    outputs: list('h', 'u', 'v', 'b'),
    forcings: list(
      dict({ name: 'wind stress', on: index % 2 === 0, scale: float(0.5), lag: int(index % 9) }),
      dict({ name: 'surface melt', on: index % 3 === 0, scale: float(2), lag: int(5) }),
    ),
  });
}
