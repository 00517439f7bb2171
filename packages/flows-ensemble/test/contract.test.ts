import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { flowContract } from '@orchestrate/testkit';
import { UpstreamConfig } from '../src/config/upstream-config.ts';
import { upstreamFlow } from '../src/upstream-plan/upstream-flow.ts';

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
