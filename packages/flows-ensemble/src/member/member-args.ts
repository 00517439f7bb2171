import { z } from 'zod';

/** Arguments of {@link prepareMember}. */
export const MemberArgs = z.strictObject({
  template: z.string().describe('Absolute path of the template folder.'),
  digest: z.string().describe('Digest of the template as this run found it.'),
  directory: z.string().describe("Absolute path of the member's directory."),
  base: z.string().describe('Absolute path of the folder below which directories of members lie.'),
  state: z
    .string()
    .describe('Absolute path of the file that remembers what the directory was made of.'),
  id: z.string(),
  /** Digest of all that is done in the directory, where it is removed in the end: to do one step again, all have to be. */
  work: z.string().optional(),
  index: z.int().min(0),
  name: z.string().describe('Name of the ensemble.'),
  parameters: z.string().describe('JSON of the parameters, numbers as they were written.'),
  extensions: z
    .array(z.unknown())
    .describe('Values that replace parameters, one map, or JSON of one, after the other.'),
  render: z.array(z.string()).describe('Patterns of files that are rendered.'),
  undefined: z.enum(['refuse', 'empty']),
  hooks: z.record(z.string(), z.unknown()).describe('Results of hooks by name.'),
});

/** Arguments of {@link prepareMember}, read. */
export type MemberArgs = z.output<typeof MemberArgs>;
