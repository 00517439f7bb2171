import type { Json } from '@orchestrate/core';
import { z } from 'zod';
import { mayRead } from './jinja/may-read.ts';
import { codeDigest } from './member/code-of-work.ts';
import { MemberArgs } from './member/member-args.ts';
import { memberNames } from './member/member-names.ts';
import { placeMember } from './member/place-member.ts';
import { currentTree, freshTree } from './member/template-memory.ts';
import { someTemplate, wantedFiles } from './member/wanted-files.ts';

export { hasQuota } from './member/quota.ts';

const TemplateArgs = z.strictObject({
  template: z.string(),
  render: z.array(z.string()).default([]),
  /** Paths of templates that are rendered even where they lie behind a link. */
  listed: z.array(z.string()).default([]),
  /** Absolute paths of code by which it shows that the work in the directory is otherwise. */
  code: z.array(z.string()).default([]),
});

const POSITION = { of: new Set(['member', 'run']), named: new Set(['index', 'idx']) };

/**
 * Looks at a template folder. Result: `{ digest, files, positions, code }`; `positions` says whether the position of a
 * member may come into what is rendered. Where it does not, members stay what they are when others come or go. `code` is
 * the digest of the code of their work.
 * @throws ENSEMBLE_TEMPLATE_MISSING, ENSEMBLE_TEMPLATE_UNFIT
 */
export function readTemplate(args: Json): Json {
  const { template, render, listed, code } = TemplateArgs.parse(args);
  const tree = freshTree(template, listed);
  return {
    digest: tree.digest,
    files: tree.entries.filter(({ kind }) => kind === 'file').length,
    positions: someTemplate(template, tree, render, (source) => mayRead(source, POSITION)),
    code: codeDigest(code),
  };
}

/**
 * Makes the directory of a member of a native ensemble, or brings it up to date. Result: `{ digest, files, directory }`; the
 * digest changes when anything of it is to be otherwise.
 * @throws ENSEMBLE_*, JINJA_*
 */
export function prepareMember(given: Json): Json {
  const args = MemberArgs.parse(given);
  const wanted = wantedFiles(
    args.template,
    currentTree(args.template, args.digest),
    memberNames(args),
    { render: args.render, strict: args.undefined === 'refuse', listed: false },
  );
  return placeMember({ ...args, takesOver: false }, wanted);
}
