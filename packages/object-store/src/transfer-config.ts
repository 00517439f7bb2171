import { Bytes, Duration } from '@orchestrate/core';
import { z } from 'zod';

const MEBIBYTE = 1024 * 1024;

/** How a storage moves bytes; the same options for every object store. */
export const TransferConfig = z.strictObject({
  partSize: Bytes.default(8 * MEBIBYTE).describe(
    'Objects beyond this size are sent and fetched in parts of it, several at a time. Memory use is about this times `parallel`. Default: 8Mi.',
  ),
  parallel: z
    .int()
    .min(1)
    .max(256)
    .default(8)
    .describe('Parts of large objects on their way at the same time, over all objects together.'),
  requests: z
    .int()
    .min(1)
    .max(1024)
    .default(48)
    .describe('Requests on their way at the same time.'),
  patience: Duration.default(120).describe(
    'For how long one request is repeated, in growing intervals, while the service is busy, away or breaks connections. Default: 2m.',
  ),
  answerTime: Duration.default(60).describe(
    'Longest silence of the service. A request without an answer, or a stalled transfer, is then repeated. Default: 1m.',
  ),
});

/** Option by which a storage says where jobs find it mounted. */
export const MountedAt = z
  .string()
  .regex(/^\/[^\0]*$/, 'expected an absolute path')
  .optional()
  .describe(
    'Path under which jobs find all of it mounted, by gcsfuse, blobfuse2, rclone or a volume: for inputs with `as: mount`.',
  );

/** How a storage moves bytes, checked and with defaults. Sizes in bytes, times in seconds. */
export type TransferConfig = z.output<typeof TransferConfig>;
