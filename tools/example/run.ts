/**
 * `npm run example -- NAME [gcs-emulator|azurite]`: runs an example from the beginning, its results on this machine or in the
 * emulator of a service, which is started for it. Afterwards it shows what is there and checks it.
 */
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import * as azure from '../testbed/azure/bed.ts';
import * as gcs from '../testbed/gcs/bed.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const LEFTOVERS = ['.orchestrate', 'members', 'archive', 'results'];

/** What is said to whoever called this when the emulator cannot be had on this machine. */
const DID_NOT_RUN = 3;

/** How each example ends: one of the ensemble's members makes no progress, and is given up. */
const ENDS: Readonly<Record<string, number>> = { 'ice-sheet': 0, 'ice-ensemble': 1 };

type Environment = Readonly<Record<string, string>>;

interface Emulator {
  readonly name: string;
  up(): Promise<Environment | { readonly reason: string }>;
  down(): void;
  /** What the profile of the project asks for. */
  environment(bed: Environment): Environment;
}

const EMULATORS: Readonly<Record<string, Emulator>> = {
  'gcs-emulator': {
    name: 'Google Cloud Storage',
    up: gcs.bringUp,
    down: gcs.bringDown,
    environment: (bed) => ({
      STORAGE_EMULATOR_HOST: bed['ORCHESTRATE_TESTBED_GCS'] ?? '',
      BUCKET: bed['ORCHESTRATE_TESTBED_GCS_BUCKET'] ?? '',
    }),
  },
  azurite: {
    name: 'Azure Blob Storage',
    up: azure.bringUp,
    down: azure.bringDown,
    environment: (bed) => ({
      ORCHESTRATE_SECRET_AZURE_STORAGE_CONNECTION_STRING: bed['ORCHESTRATE_TESTBED_AZURE'] ?? '',
      CONTAINER: bed['ORCHESTRATE_TESTBED_AZURE_CONTAINER'] ?? '',
    }),
  },
};

function orchestrate(words: readonly string[], env: Environment): number {
  console.log(`$ orchestrate ${words.join(' ')}`);
  const bin = join(ROOT, 'packages', 'cli', 'src', 'bin.ts');
  const argv = ['--conditions=@orchestrate/source', bin, ...words];
  const options = { cwd: ROOT, stdio: 'inherit', env: { ...process.env, ...env } } as const;
  return spawnSync(process.execPath, argv, options).status ?? 1;
}

function runExample(name: string, profile: string | undefined, env: Environment): boolean {
  const folder = join(ROOT, 'examples', name);
  for (const leftover of LEFTOVERS)
    rmSync(join(folder, leftover), { recursive: true, force: true });
  const at = ['--config', relative(ROOT, join(folder, 'project.yaml'))];
  const how = profile === undefined ? at : [...at, '--profile', profile];
  const ran = orchestrate(['run', ...how], env);
  const isAsMeant = ran === ENDS[name];
  if (profile === undefined) return isAsMeant;
  const listed = orchestrate(['storage', 'ls', 'results:', ...how], env);
  const checked = orchestrate(['check', 'results:', ...how], env);
  return isAsMeant && listed === 0 && checked === 0;
}

async function main(name = '', profile?: string): Promise<number> {
  const emulator = profile === undefined ? undefined : EMULATORS[profile];
  if (!(name in ENDS) || (profile !== undefined && emulator === undefined)) {
    const [names, profiles] = [ENDS, EMULATORS].map((known) => Object.keys(known).join(', '));
    console.error(`npm run example -- NAME [PROFILE]; names: ${names}; profiles: ${profiles}`);
    return 2;
  }
  if (emulator === undefined) return runExample(name, undefined, {}) ? 0 : 1;
  const bed = await emulator.up();
  if ('reason' in bed) {
    console.error(`the emulator of ${emulator.name} does not start: ${bed['reason']}`);
    return DID_NOT_RUN;
  }
  try {
    return runExample(name, profile, emulator.environment(bed)) ? 0 : 1;
  } finally {
    emulator.down();
  }
}

process.exitCode = await main(...process.argv.slice(2));
