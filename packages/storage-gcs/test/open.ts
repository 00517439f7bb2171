import { type Storage, silentLogger } from '@orchestrate/core';
import { GcsConfig } from '../src/config.ts';
import { openGcs } from '../src/open-gcs.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };

/** Opens a bucket with options as they stand in a project file. */
export function open(options: unknown): Storage {
  const context = { projectDirectory: '/', clock, random: Math.random, log: silentLogger };
  return openGcs(GcsConfig.parse(options), context);
}

/** What a storage of this package can do. */
export const TRAITS = {
  conditionalCreate: true,
  conditionalReplace: true,
  local: false,
  serverCopy: true,
};

/** The server of the test bed. @throws when it is not up */
export function bed(): { readonly endpoint: string; readonly bucket: string } {
  const endpoint = process.env['ORCHESTRATE_TESTBED_GCS'];
  const bucket = process.env['ORCHESTRATE_TESTBED_GCS_BUCKET'];
  if (endpoint === undefined || bucket === undefined)
    throw new Error('no test bed: node tools/testbed/gcs/bed.ts up, or npm run test:live');
  return { endpoint, bucket };
}
