import { SshConfig } from '@orchestrate/ssh';
import { z } from 'zod';
import { sbatchOptionProblem } from './sbatch-options.ts';

const Sbatch = z
  .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
  .superRefine((options, context) => {
    for (const [name, value] of Object.entries(options)) {
      const message = sbatchOptionProblem(name, value);
      if (message !== undefined) context.addIssue({ code: 'custom', message, path: [name] });
    }
  });

const Pack = z.union([
  z.literal(false),
  z.strictObject({
    tasksPerJob: z
      .int()
      .min(1)
      .max(10_000)
      .describe('Tasks that one job of SLURM runs, one after another or side by side.'),
    slots: z
      .int()
      .min(1)
      .max(1024)
      .default(1)
      .describe(
        'Tasks of one job of SLURM that run side by side; it asks for that many times the resources.',
      ),
  }),
]);

/** Where files are not shared, paths of the project in commands are replaced by ones below it, quoted or not. */
const PLAIN_PATH = /^~?[A-Za-z0-9_./@%+=:,-]*$/;

/** Options of the SLURM backend, as they stand under `backends.<name>` beside `use: slurm`. */
export const SlurmConfig = z
  .strictObject({
    ssh: SshConfig.optional().describe(
      'How to reach the login host. Without it, the commands of SLURM are run on this machine.',
    ),
    workdir: z
      .string()
      .regex(/^\P{Cc}+$/u, 'expected a path without control characters')
      .optional()
      .describe(
        'Folder on the cluster, visible on login and compute nodes, for scripts and status files. Default: a folder of the project, or `~/.orchestrate` over SSH.',
      ),
    shared: z
      .boolean()
      .optional()
      .describe(
        'Whether the cluster sees the files of the project under the same paths as this machine. Default: yes without `ssh`, no with it.',
      ),
    stage: z
      .array(
        z
          .string()
          .regex(/^[^/\p{Cc}][^\p{Cc}]*$/u, 'expected a name or pattern at the top of the project'),
      )
      .default(['*'])
      .describe(
        'What all jobs need of the project where files are not shared: patterns for files at its top, and names of folders. Beside that each job gets its directory and its inputs.',
      ),
    defaults: Sbatch.default({}).describe(
      'Options of sbatch for all jobs by their long names: partition, account, qos, constraint, ...',
    ),
    setup: z
      .string()
      .optional()
      .describe('Shell text that each job of SLURM runs first, such as `module load netcdf`.'),
    pack: Pack.optional().describe(
      'Whether several tasks share one job of SLURM; false: never. Default: short tasks do.',
    ),
    packSeconds: z
      .number()
      .min(1)
      .default(300)
      .describe('How long a job of SLURM is meant to run that several short tasks share, seconds.'),
    graceSeconds: z
      .number()
      .min(0)
      .default(10)
      .describe(
        'Seconds between the polite request to end (SIGTERM) and the forced end (SIGKILL).',
      ),
    pollSeconds: z
      .number()
      .min(0.1)
      .default(0.25)
      .describe(
        'Least seconds between two looks at the status files; more where nothing changes or a look takes long.',
      ),
    queueSeconds: z
      .number()
      .min(1)
      .default(10)
      .describe(
        'Least seconds between two looks at the queue of SLURM; more for many jobs and old ones.',
      ),
    settleSeconds: z
      .number()
      .min(1)
      .default(30)
      .describe(
        'How long a submission that was not answered may still take effect, and a status file may be late, seconds.',
      ),
    maxLiveJobs: z.int().min(1).default(10_000).describe('Most jobs that are submitted at once.'),
    maxArraySize: z
      .int()
      .min(1)
      .optional()
      .describe('Most tasks of one array. Default: what the cluster says (MaxArraySize).'),
    node: z
      .string()
      .min(1)
      .optional()
      .describe(
        'Node 24 on the compute nodes, for function tasks. Default: this one where files are shared, else `node` there, else a copy of this one.',
      ),
  })
  .superRefine(({ workdir = '', ssh, shared = ssh === undefined }, context) => {
    if (shared || PLAIN_PATH.test(workdir)) return;
    const message =
      'expected a path of letters, digits and ._/@%+=:,- where files are not shared: it comes to stand in commands';
    context.addIssue({ code: 'custom', path: ['workdir'], message });
  });

/** Checked options of the SLURM backend. */
export type SlurmConfig = z.output<typeof SlurmConfig>;

/** Options of one task, as they stand under its `options`. */
export const SlurmJobOptions = z.strictObject({
  sbatch: Sbatch.default({}),
  setup: z.string().optional(),
  pack: Pack.optional(),
  /** Seconds that one task is expected to take. */
  expectSeconds: z.number().positive().optional(),
});

/** Checked options of one task. */
export type SlurmJobOptions = z.output<typeof SlurmJobOptions>;
