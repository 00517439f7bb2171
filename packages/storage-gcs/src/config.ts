import { MountedAt, TransferConfig } from '@orchestrate/object-store';
import { z } from 'zod';

/** Options of a storage with `use: gcs`. */
export const GcsConfig = z
  .strictObject({
    bucket: z.string().min(1).describe('Name of the bucket. It has to be there.'),
    prefix: z
      .string()
      .default('')
      .describe('Where in the bucket the objects of this storage are: `wavi/`. Empty: everywhere.'),
    project: z
      .string()
      .optional()
      .describe('Project of the credentials. Default: that of the credentials themselves.'),
    keyFile: z
      .string()
      .optional()
      .describe(
        'File with the key of a service account. Default: application default credentials.',
      ),
    impersonate: z
      .string()
      .optional()
      .describe('Service account in whose name requests are made, by its address.'),
    anonymous: z
      .boolean()
      .default(false)
      .describe('Whether to ask without credentials, for public data.'),
    userProject: z
      .string()
      .optional()
      .describe('Project that pays for the requests, for buckets where the requester pays.'),
    endpoint: z
      .url()
      .optional()
      .describe('Address of the service. For emulators and private endpoints.'),
    mountedAt: MountedAt,
    transfer: TransferConfig.prefault({}).describe('How bytes are moved.'),
  })
  .check(({ value, issues }) => {
    if (!value.anonymous) return;
    for (const field of ['keyFile', 'impersonate'] as const) {
      if (value[field] === undefined) continue;
      const message = 'cannot be used with `anonymous: true`';
      issues.push({ code: 'custom', path: [field], message, input: value[field] });
    }
  });

/** Options of a storage with `use: gcs`, checked and with defaults. */
export type GcsConfig = z.output<typeof GcsConfig>;
