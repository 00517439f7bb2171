import { existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { join } from 'node:path';
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
  /** Encoded values, which are looked at where they are decoded. */
  run: z.array(z.tuple([z.string(), z.custom<Json>((code) => code !== undefined)])),
  pickup: z.boolean(),
  /** File that says that the directory was removed. */
  mark: z.string(),
});

/** Upstream works inside of the base, so what it says of a directory has no links in it. Only here the base is there. */
function realDirectory({ base, id }: { readonly base: string; readonly id: string }): string {
  mkdirSync(base, { recursive: true });
  return join(realpathSync.native(base), id);
}

/**
 * Makes the run directory of a member as model-ensembler does: the template copied, the listed files rendered.
 * Result: `{ digest, files, directory }`.
 * @throws ENSEMBLE_*, JINJA_*
 */
export function prepareRun(given: Json): Json {
  const { template, digest, templates, run, mark, ...place } = RunArgs.parse(given);
  const tree = currentTree(template, digest, templates);
  const names = new Map(run.map(([name, code]) => [name, decodePy(code)]));
  if (names.get('dir') === place.directory) names.set('dir', realDirectory(place));
  const context = new RunContext(names);
  const wanted = wantedFiles(template, tree, new Map([['run', context]]), {
    render: templates,
    strict: false,
    listed: true,
  });
  const made = placeMember({ ...place, template, takesOver: place.pickup }, wanted);
  if (existsSync(mark)) rmSync(mark, { force: true });
  return made;
}
