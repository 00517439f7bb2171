/**
 * `npm run bench -- NAME...`: runs benchmarks by name (all without one) and prints one JSON line each. Rivals are measured
 * in the same run. Nothing here is a test: figures are for people and for docs/reference/performance.md.
 */
import { existsSync } from 'node:fs';
import { loadavg } from 'node:os';
import { BUILT } from './measure.ts';
import type { Benchmark } from './report.ts';

const BENCHMARKS: Readonly<Record<string, () => Promise<Benchmark>>> = {
  start: async () => (await import('./start.ts')).start,
  plan: async () => (await import('./plan.ts')).plan,
  spawn: async () => (await import('./spawn.ts')).spawn,
  engine: async () => (await import('./engine.ts')).engine,
  resume: async () => (await import('./resume.ts')).resume,
  render: async () => (await import('./render.ts')).render,
  ensemble: async () => (await import('./ensemble.ts')).ensemble,
  directories: async () => (await import('./directories.ts')).directories,
  peers: async () => (await import('./peers.ts')).peers,
};

const BUSY = 0.7;

async function main(): Promise<number> {
  const names = process.argv.slice(2);
  const unknown = names.filter((name) => !(name in BENCHMARKS));
  if (unknown.length > 0) {
    console.error(
      `no benchmark named ${unknown.join(', ')}; there are: ${Object.keys(BENCHMARKS).join(', ')}`,
    );
    return 2;
  }
  if (!existsSync(BUILT)) {
    console.error('the packages are not built; run: npm run build');
    return 2;
  }
  const load = loadavg()[0] ?? 0;
  if (load > BUSY)
    console.error(`the machine is busy (load ${load.toFixed(2)}): figures will be too high`);
  for (const name of names.length > 0 ? names : Object.keys(BENCHMARKS)) {
    const benchmark = await BENCHMARKS[name]?.();
    if (benchmark !== undefined) console.log(JSON.stringify(await benchmark()));
  }
  return 0;
}

process.exitCode = await main();
