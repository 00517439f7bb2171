import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Measured, measureGood, mustEqual, ROOT, tidy } from './measure.ts';
import { lastJson, orchestrate, project } from './project.ts';
import type { Benchmark, Figures } from './report.ts';
import { pythonRivals } from './rivals.ts';

const PARSL_TASKS = 10_000;

/** Parsl's threads: in one process, nothing durable. Its fastest executor for calls of this kind. */
const PARSL = `import time, parsl
from parsl.config import Config
from parsl.executors import ThreadPoolExecutor
parsl.load(Config(executors=[ThreadPoolExecutor(max_threads=2)]))
@parsl.python_app
def noop(): return None
began = time.perf_counter()
futures = [noop() for _ in range(${PARSL_TASKS})]
assert all(future.result() is None for future in futures)
print(time.perf_counter() - began)
`;

function yaml(shape: string, tasks: number, layers: number): string {
  return `name: engine
plugins: [./graph.ts]
backends: { local: { use: local, slots: 2 } }
flows:
  work: { use: graph, with: { shape: ${shape}, tasks: ${tasks}, layers: ${layers} } }
`;
}

async function shape(name: string, tasks: number, layers: number): Promise<Figures> {
  const source = (file: string) =>
    readFileSync(join(ROOT, 'tools', 'benchmarks', 'engine', file), 'utf8');
  const folder = project(`engine-${name}`, {
    'project.yaml': yaml(name, tasks, layers),
    'graph.ts': source('graph.ts'),
    'noop.ts': source('noop.ts'),
  });
  const measured: Measured = await orchestrate(folder, 'run', '--json');
  mustEqual(
    'tasks succeeded',
    (lastJson(measured)['counts'] as Record<string, number>)['succeeded'],
    tasks,
  );
  return {
    seconds: tidy(measured.seconds),
    tasksPerSecond: Math.round(tasks / measured.seconds),
    peakMemoryBytes: measured.peakMemoryBytes,
  };
}

/** The engine alone: calls that do nothing, journal on, the whole command measured, start-up included. */
export const engine: Benchmark = async () => {
  const layers = await shape('layers', 1_000_000, 1_000);
  const chain = await shape('chain', 100_000, 1);
  const fan = await shape('fan', 100_000, 1);
  const python = join(await pythonRivals(), 'python');
  const folder = project('engine-parsl', { 'noop.py': PARSL });
  const parsl = await measureGood([python, 'noop.py'], { cwd: folder });
  const seconds = Number(parsl.stdout.trim().split('\n').at(-1));
  return {
    bench: 'engine',
    ours: { layers, chain, fan },
    rival: {
      parslThreads: { seconds: tidy(seconds), tasksPerSecond: Math.round(PARSL_TASKS / seconds) },
    },
    ratio: {
      speedLayersOverParsl: tidy(((layers['tasksPerSecond'] ?? 0) * seconds) / PARSL_TASKS),
      speedChainOverParsl: tidy(((chain['tasksPerSecond'] ?? 0) * seconds) / PARSL_TASKS),
      speedFanOverParsl: tidy(((fan['tasksPerSecond'] ?? 0) * seconds) / PARSL_TASKS),
    },
    limit: { tasksPerSecondAtLeast: 100_000, peakMemoryBytesAtMost: 400_000_000 },
  };
};
