import { MountedAt, TransferConfig } from '@orchestrate/object-store';
import { z } from 'zod';

/** The ways to say who asks, of which one is enough. */
const WAYS = ['connectionString', 'sasToken', 'accountKey', 'anonymous'] as const;

/** Options of a storage with `use: azure`. */
export const AzureConfig = z
  .strictObject({
    container: z.string().min(1).describe('Name of the container. It has to be there.'),
    account: z
      .string()
      .min(1)
      .optional()
      .describe('Name of the storage account. Not needed with `connectionString` or `endpoint`.'),
    prefix: z
      .string()
      .default('')
      .describe(
        'Where in the container the objects of this storage are: `wavi/`. Empty: everywhere.',
      ),
    connectionString: z
      .string()
      .min(1)
      .optional()
      .describe('Connection string of the account, as a reference to a secret: `${secret:NAME}`.'),
    sasToken: z
      .string()
      .min(1)
      .optional()
      .describe('Shared access signature, as a reference to a secret: `${secret:NAME}`.'),
    accountKey: z
      .string()
      .min(1)
      .optional()
      .describe('Key of the account, as a reference to a secret: `${secret:NAME}`.'),
    anonymous: z
      .boolean()
      .default(false)
      .describe('Whether to ask without credentials, for public data.'),
    clientId: z
      .string()
      .optional()
      .describe('User-assigned managed identity or workload identity to use.'),
    tenantId: z.string().optional().describe('Tenant of the login. Default: that of the identity.'),
    endpoint: z
      .url()
      .optional()
      .describe(
        'Address of the blob service. For emulators, private endpoints and sovereign clouds. Default: `https://ACCOUNT.blob.core.windows.net`.',
      ),
    mountedAt: MountedAt,
    transfer: TransferConfig.prefault({}).describe('How bytes are moved.'),
  })
  .check(({ value, issues }) => {
    const problem = (field: string, message: string) => {
      issues.push({ code: 'custom', path: [field], message, input: undefined });
    };
    const given = WAYS.filter((way) => value[way] !== undefined && value[way] !== false);
    for (const way of given.slice(1)) problem(way, `cannot be used together with \`${given[0]}\``);
    const isNamed = value.connectionString !== undefined || value.endpoint !== undefined;
    if (value.account === undefined && !isNamed)
      problem('account', 'is missing: name the storage account');
    if (value.accountKey !== undefined && value.account === undefined)
      problem('account', 'is missing: a key is that of an account');
    for (const field of ['clientId', 'tenantId'] as const)
      if (value[field] !== undefined && given.length > 0)
        problem(field, `has no meaning together with \`${given[0]}\``);
  });

/** Options of a storage with `use: azure`, checked and with defaults. */
export type AzureConfig = z.output<typeof AzureConfig>;
