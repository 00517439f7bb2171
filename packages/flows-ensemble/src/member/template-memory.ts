import { ensembleError } from '../errors.ts';
import { readTemplateTree, type TemplateTree } from './template-tree.ts';

/** The template that was read last: all members of an ensemble share it. */
let last: { readonly root: string; readonly tree: TemplateTree } | undefined;

/** {@link readTemplateTree}, remembered. @throws ENSEMBLE_TEMPLATE_MISSING, ENSEMBLE_TEMPLATE_UNFIT */
export function freshTree(root: string, listed: readonly string[] = []): TemplateTree {
  const tree = readTemplateTree(root, listed);
  last = { root, tree };
  return tree;
}

/** The template as it was when its digest was taken. @throws ENSEMBLE_TEMPLATE_CHANGED when it is another now */
export function currentTree(
  root: string,
  digest: string,
  listed: readonly string[] = [],
): TemplateTree {
  if (last?.root === root && last.tree.digest === digest) return last.tree;
  const tree = freshTree(root, listed);
  if (tree.digest === digest) return tree;
  throw ensembleError(
    'ENSEMBLE_TEMPLATE_CHANGED',
    `template ${root} has changed since this run looked at it`,
    { details: { path: root, expected: digest, got: tree.digest } },
  );
}
