import { Bytes, Duration, isFlowError, NAME_PATTERN, parseAddress } from '@orchestrate/core';
import { z } from 'zod';

/** For schemas that check one value: compiling them to code first, as zod does by itself, takes longer than that. */
export const ONCE = { jitless: true } as const;

const NAME_RULE = 'expected a name: a letter, then letters, digits, - or _ (63 at most)';

const Name = z.string().regex(NAME_PATTERN, NAME_RULE);

const Needs = z.union([Name, z.array(Name)], {
  error: 'expected the name of a flow, or a list of names',
});

/** An entry of `storage` or `backends`: the plugin's own options stand beside `use`. */
const Provider = z.looseObject({
  use: z.string().describe('Name of the plugin: what it is made with.'),
});

/** What every flow may say, whether it comes from a plugin or is written in the file. */
export const FLOW_FIELDS = {
  needs: Needs.optional().describe('Flows that must be done before any task of this one starts.'),
  backend: Name.optional().describe('Backend the tasks run on. Default: `defaults.backend`.'),
};

/** A flow that a plugin makes. */
export const PluginFlow = z.strictObject({
  use: z.string().describe('Name of the flow plugin.'),
  ...FLOW_FIELDS,
  with: z.record(z.string(), z.unknown()).optional().describe('Options of the flow plugin.'),
});

const Flow = z.looseObject({ use: z.string().optional(), ...FLOW_FIELDS });

const Defaults = z.strictObject({
  backend: Name.optional().describe(
    'Backend for flows and tasks that name none. Default: the only one there is, or `local`.',
  ),
});

const Run = z.strictObject({
  keepGoing: z
    .boolean()
    .optional()
    .describe('Whether work that does not depend on a failed task goes on. Default: true.'),
  patience: Duration.optional().describe(
    'How long trouble with a backend or a network is borne, without a break, before the run stops and can be resumed. A number is seconds.',
  ),
  staging: z
    .enum(['leader', 'job'])
    .optional()
    .describe(
      'Who moves inputs and outputs of storages that are not on the local disk, for tasks that do not say: the leader (default), or each job itself.',
    ),
});

/** How much of inputs from elsewhere is kept where nobody says how much. */
const CACHE_BYTES = 50e9;

const Cache = z.strictObject({
  folder: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Folder of the cache, relative to the project or absolute; `~/` is the home. Projects may share one. Default: `.orchestrate/cache`.',
    ),
  size: Bytes.default(CACHE_BYTES).describe(
    'How much is kept at most; what was not used for longest goes first. Default: 50GB.',
  ),
});

/** Bytes of outputs on this machine that are read for their sha256 where nobody says how many. */
export const DIGEST_BYTES = 1024 ** 3;

function isFolder(text: string): boolean {
  try {
    return parseAddress(text).key.endsWith('/');
  } catch (error) {
    if (isFlowError(error)) return false;
    throw error;
  }
}

const RecordFolder = z
  .string()
  .refine(isFolder, 'expected the address of a folder, which ends with a slash: `archive:runs/`');

/** Where the records of runs go, and what is in them. */
export const Records = z.strictObject({
  to: RecordFolder.describe('Folder in a storage; a record lies below it in `<project>-<run>/`.'),
  digests: z
    .union([z.boolean(), Bytes])
    .default(DIGEST_BYTES)
    .describe(
      'How many bytes of outputs on this machine may be read for their sha256, as a size; `true`: of all, `false`: none. What a storage knows without reading is recorded anyway. Default: 1Gi.',
    ),
  license: z
    .string()
    .min(1)
    .optional()
    .describe('Licence of the record and of what the run made: a URL or an SPDX name.'),
});

const Part = z.unknown().optional();

/** What a profile may change: any part of the project, as deep as wanted; `null` removes. */
const Profile = z
  .strictObject({
    name: Part,
    plugins: Part,
    storage: Part,
    backends: Part,
    defaults: Part,
    limits: Part,
    flows: Part,
    run: Part,
    cache: Part,
    records: Part,
  })
  .nullable();

/** The part of the project file that is the same whatever plugins are used. */
export const ProjectFile = z.strictObject({
  $schema: z.string().optional().describe('JSON schema, for editors that complete and check.'),
  name: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/,
      'expected a name: letters, digits, . - or _ (63 at most)',
    )
    .describe('Name of the project, in reports and in the names of jobs.'),
  include: z
    .union([z.string(), z.array(z.string())], {
      error: 'expected the path of a file, or a list of paths',
    })
    .optional()
    .describe(
      'Files this one builds on, relative to it and inside the project. Later ones win, this file wins over all.',
    ),
  plugins: z
    .array(z.string())
    .optional()
    .describe(
      'Packages with further storages, backends and flows; `./file.ts` for one in the project.',
    ),
  storage: z
    .record(Name, Provider)
    .optional()
    .describe('Places that keep files, by name. `local` is always there.'),
  backends: z
    .record(Name, Provider)
    .optional()
    .describe('Places that compute, by name. `local` is always there.'),
  defaults: Defaults.optional().describe('What holds where nothing else is said.'),
  limits: z
    .record(Name, z.int().min(1))
    .optional()
    .describe('Named limits: how many tasks that ask for a slot of it may run at once.'),
  flows: z.record(Name, Flow).describe('What there is to do, by name.'),
  run: Run.optional().describe(
    'Wishes for all runs of the project; the command line may overrule them.',
  ),
  cache: Cache.prefault({}).describe(
    'Where inputs from other storages are kept on this machine, so that each is fetched once.',
  ),
  records: z
    .union([RecordFolder, Records])
    .optional()
    .describe(
      'Where a record of each run is published when it has ended: `archive:runs/`, or a map. Default: nowhere.',
    ),
  profiles: z
    .record(Name, Profile)
    .optional()
    .describe(
      'Named changes to the project, chosen by `--profile`. Maps are merged, the rest is replaced, null removes.',
    ),
});
export type ProjectFile = z.output<typeof ProjectFile>;
