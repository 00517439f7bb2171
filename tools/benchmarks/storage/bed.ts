import {
  AccountSASPermissions,
  AccountSASResourceTypes,
  AccountSASServices,
  BlobServiceClient,
  generateAccountSASQueryParameters,
  type StorageSharedKeyCredential,
} from '@azure/storage-blob';
import * as azure from '../../testbed/azure/bed.ts';
import * as gcs from '../../testbed/gcs/bed.ts';

/** The services that are measured. */
export const SERVICES = ['gcs', 'azure'] as const;
/** One of them. */
export type Service = (typeof SERVICES)[number];

/** How to reach the emulator of a service. */
export interface Bed {
  readonly endpoint: string;
  /** Bucket or container. */
  readonly container: string;
  /** Of Azure: the connection string, and a SAS for clients that sign nothing. */
  readonly connection: string;
  readonly sas: string;
}

const HOUR = 3_600_000;

function azureBed(connection: string, container: string): Bed {
  const service = BlobServiceClient.fromConnectionString(connection);
  const credential = service.credential as StorageSharedKeyCredential;
  const sas = generateAccountSASQueryParameters(
    {
      services: AccountSASServices.parse('b').toString(),
      resourceTypes: AccountSASResourceTypes.parse('sco').toString(),
      permissions: AccountSASPermissions.parse('rwdlac'),
      expiresOn: new Date(Date.now() + 12 * HOUR),
    },
    credential,
  ).toString();
  return { endpoint: service.url.replace(/\/$/, ''), container, connection, sas };
}

/** Brings a bed up. @throws when it cannot be had here */
export async function bringUp(service: Service): Promise<Bed> {
  const environment = await (service === 'gcs' ? gcs : azure).bringUp();
  if ('reason' in environment)
    throw new Error(`the test bed of ${service}: ${environment['reason']}`);
  const value = (name: string): string => environment[name] ?? '';
  if (service === 'azure')
    return azureBed(
      value('ORCHESTRATE_TESTBED_AZURE'),
      value('ORCHESTRATE_TESTBED_AZURE_CONTAINER'),
    );
  return {
    endpoint: value('ORCHESTRATE_TESTBED_GCS'),
    container: value('ORCHESTRATE_TESTBED_GCS_BUCKET'),
    connection: '',
    sas: '',
  };
}

/** Takes it down with everything in it. */
export function bringDown(service: Service): void {
  (service === 'gcs' ? gcs : azure).bringDown();
}
