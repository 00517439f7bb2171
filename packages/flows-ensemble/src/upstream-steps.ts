import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import type { Json } from '@orchestrate/core';
import { z } from 'zod';
import { placeMember } from './member/place-member.ts';
import { currentTree } from './member/template-memory.ts';
import { wantedFiles } from './member/wanted-files.ts';
import { decodePy } from './python/json-code.ts';
import { RunContext } from './upstream/member-context.ts';

export { quotaLeft } from './member/quota.ts';
export { readTemplate } from './member.ts';
export { moveMember, removeMember } from './upstream-steps/files.ts';
export { askGate } from './upstream-steps/gate.ts';
export { jobsBelow } from './upstream-steps/queue.ts';

const RunArgs = z.strictObject({
  template: z.string(),
  digest: z.string(),
  templates: z.array(z.string()),
  directory: z.string(),
  base: z.string(),
  state: z.string(),
  id: z.string(),
  run: z.array(z.tuple([z.string(), z.json()])),
  pickup: z.boolean(),
  /** File that says that the directory was removed. */
  mark: z.string(),
});

/**
 * Makes the run directory of a member as model-ensembler does: the template copied, the listed files rendered.
 * Result: `{ digest, files, directory }`.
 * @throws ENSEMBLE_*, JINJA_*
 */
export function prepareRun(given: Json): Json {
  const { template, digest, templates, run, mark, ...place } = RunArgs.parse(given);
  const tree = currentTree(template, digest, templates);
  const context = new RunContext(new Map(run.map(([name, code]) => [name, decodePy(code)])));
  const wanted = wantedFiles(template, tree, new Map([['run', context]]), {
    render: templates,
    strict: false,
    listed: true,
  });
  const files = placeMember({ ...place, template, takesOver: place.pickup }, wanted);
  rmSync(mark, { force: true });
  return {
    digest: createHash('sha256').update(JSON.stringify(files)).digest('hex'),
    files: wanted.length,
    directory: place.directory,
  };
}
