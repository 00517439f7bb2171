import { z } from 'zod';

/** Options of the local backend, as they stand under `backends.<name>` beside `use: local`. */
export const LocalConfig = z.strictObject({
  slots: z
    .int()
    .min(1)
    .optional()
    .describe('Most jobs that run at once. Default: as many as fit into `cpus`.'),
  cpus: z
    .number()
    .positive()
    .optional()
    .describe('Processor cores that jobs share. Default: the cores this process may use.'),
  memoryBytes: z
    .int()
    .positive()
    .optional()
    .describe('Memory that jobs share, bytes. Default: nine tenths of the memory of the machine.'),
  gpus: z
    .int()
    .min(0)
    .optional()
    .describe(
      'Accelerators that jobs share. Default: NVIDIA devices found on Linux, otherwise none.',
    ),
  graceSeconds: z
    .number()
    .min(0)
    .default(10)
    .describe('Seconds between the polite request to end (SIGTERM) and the forced end (SIGKILL).'),
  containers: z
    .enum(['auto', 'podman', 'docker', 'apptainer', 'none'])
    .default('auto')
    .describe('Program that runs jobs with an image. `auto` takes the first that is found.'),
  containerBinds: z
    .array(z.string().startsWith('/'))
    .default([])
    .describe('Further folders that containers see, under the same path.'),
  shell: z
    .string()
    .startsWith('/')
    .optional()
    .describe(
      'Absolute path of the POSIX shell that starts commands. Default: dash where present.',
    ),
  workerMemoryBytes: z
    .int()
    .positive()
    .optional()
    .describe('Heap limit of a function worker, bytes. Default: that of Node.'),
});

/** Checked options of the local backend. */
export type LocalConfig = z.output<typeof LocalConfig>;
