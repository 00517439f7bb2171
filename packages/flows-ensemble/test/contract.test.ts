import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Flow, FlowContext } from '@orchestrate/core';
import { flowContract } from '@orchestrate/testkit';
import { NativeConfig } from '../src/config/native-config.ts';
import { UpstreamConfig } from '../src/config/upstream-config.ts';
import { nativeFlow } from '../src/native/native-flow.ts';
import { upstreamFlow } from '../src/upstream-plan/upstream-flow.ts';
import { describedTasks } from './described-tasks.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures/upstream');

/** The text of a fixture, with the placeholders that its wrapper fills in. */
function filled(file: string, values: Readonly<Record<string, string>> = {}): string {
  let text = readFileSync(join(FIXTURES, file), 'utf8');
  for (const [name, value] of Object.entries(values)) text = text.replaceAll(name, value);
  return text;
}

/** A run has a task in each of these sets beside those of its hooks. */
const OWN = ['directory', 'job'].length;
/** One look at the template for each batch, or each cycle of it. */
const TEMPLATE = 1;

interface Example {
  readonly text: string;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly tasks: number;
}

const EXAMPLES: Readonly<Record<string, Example>> = {
  'sanity.yml': { text: filled('sanity.yml'), tasks: 1 + TEMPLATE + 6 * (3 + OWN + 2) + 1 },
  'single.yaml': { text: filled('single.yaml'), tasks: 1 + 3 + TEMPLATE + (3 + OWN + 2) + 2 + 1 },
  'two-batches.yaml': {
    text: filled('two-batches.yaml'),
    options: { compat: 'upstream' },
    tasks: 1 + 2 * (1 + TEMPLATE + 4 * (2 + OWN + 2) + 1) + 1,
  },
  'sequence.yaml': { text: filled('sequence.yaml'), tasks: TEMPLATE + 20 * (2 + OWN + 2) + 1 },
  'a grid that is repeated': {
    text: filled('glacier/ensemble/grid.yaml', {
      NAME: 'ridge',
      TEMPLATE: 'template',
      ARCHIVE: '/archive',
    }),
    tasks: TEMPLATE + 90 * (2 + OWN + 3) + 1,
  },
  'one with variables and resources': {
    text: filled('floes/train.tmpl.yaml', {
      NAME: 'nets',
      LOADER: 'floes',
      SEEDS: '{seed: 42}, {seed: 43}',
      MAXJOBS: '2',
      NTASKS: '4',
    }),
    options: { variables: { shuffle: 'true' }, pickup: true, resources: { cpus: 4, time: '2h' } },
    tasks: TEMPLATE + 2 * (OWN + 1) + 1,
  },
};

flowContract(
  (config: UpstreamConfig) => upstreamFlow(config, '/state'),
  Object.entries(EXAMPLES).map(([name, { text, options, tasks }]) => ({
    name,
    config: UpstreamConfig.parse({ file: 'old.yaml', ...options }),
    files: { 'old.yaml': text },
    tasks,
  })),
);

const NAME = 'example';

function planTasks(description: object): ReturnType<FlowContext['planTasks']> {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
  const readText = (path: string): never => {
    throw new RangeError(`there is no file ${path}`);
  };
  return describedTasks({ name: NAME, sha256, readText }, description);
}

const GRID = { depth: [100, 200, 400], slope: [1, 2] };

/** Says of itself what it is given, so that the stand-in is held to the contract as well. */
function described(description: object): Flow {
  return { plan: (context) => context.planTasks(description) };
}

flowContract(described, [
  {
    name: 'the stand-in for described tasks',
    config: {
      matrix: GRID,
      members: { limit: 'few' },
      tasks: {
        first: { call: 'module#name', args: { n: 1 }, once: true },
        each: { needs: [{ task: 'first' }], run: ['echo', 1] },
        last: { needs: [{ task: 'each', how: 'all', after: 'end' }], run: 'echo', once: true },
      },
    },
    planTasks,
    tasks: 1 + 6 + 1,
  },
]);

const SMALL = { template: 'template', job: 'run.sh' };
const HOOK = { run: 'echo' };

const NATIVE: readonly (readonly [string, Readonly<Record<string, unknown>>, number])[] = [
  ['one member', SMALL, 1 + OWN],
  ['a grid', { ...SMALL, matrix: GRID }, TEMPLATE + 6 * OWN],
  [
    'a grid with everything around it',
    {
      ...SMALL,
      matrix: GRID,
      members: 4,
      jobs: 2,
      before: [HOOK],
      prepare: [{ run: ['date'], capture: 'text', name: 'now' }],
      pre: [{ check: 'test -e go', every: '1s' }, { quota: { atLeast: '1Gi' } }],
      post: [HOOK],
      after: [{ notify: { webhook: { url: 'https://example.org/' } } }],
      success: 'test -e result.nc',
      progress: 'step-*',
      resubmit: {},
      archive: { to: 'archive/{{ member.id }}', remove: true },
    },
    1 + TEMPLATE + 6 * (1 + OWN + 2 + 1 + 2) + 1,
  ],
  ['one that goes on', { ...SMALL, matrix: GRID, extend: [{ slope: 3 }] }, TEMPLATE + 6 * 2 * OWN],
];

flowContract(
  (config: NativeConfig) => nativeFlow(config, '/state'),
  NATIVE.map(([name, options, tasks]) => ({
    name: `native, ${name}`,
    config: NativeConfig.parse(options),
    flowName: NAME,
    planTasks,
    tasks,
  })),
);
