import { type Storage, silentLogger } from '@orchestrate/core';
import { AzureConfig } from '../src/config.ts';
import { openAzure } from '../src/open-azure.ts';

/** Opens a container with options as they stand in a project file. @param now the time that the machine takes it to be */
export function open(options: unknown, now: () => number = Date.now): Storage {
  const clock = { now, monotonic: () => performance.now() };
  const context = { clock, random: Math.random, log: silentLogger };
  return openAzure(AzureConfig.parse(options), context);
}

/** What a storage of this package can do. */
export const TRAITS = {
  conditionalCreate: true,
  conditionalReplace: true,
  local: false,
  serverCopy: true,
  utf16Order: true,
};

/** The server of the test bed. @throws when it is not up */
export function bed(): {
  readonly connectionString: string;
  readonly container: string;
  readonly server: string;
} {
  const connectionString = process.env['ORCHESTRATE_TESTBED_AZURE'];
  const container = process.env['ORCHESTRATE_TESTBED_AZURE_CONTAINER'];
  const server = /BlobEndpoint=(http:\/\/[^/;]+)/.exec(connectionString ?? '')?.[1];
  if (connectionString === undefined || container === undefined || server === undefined)
    throw new Error('no test bed: node tools/testbed/azure/bed.ts up, or npm run test:live');
  return { connectionString, container, server };
}
