import { suggest } from '@orchestrate/core';
import { overlay } from './merge.ts';
import type { ProblemList } from './problem-list.ts';
import { type MapNode, type Node, nodeAt, spotAt } from './tree.ts';

/** The project with the named profiles laid over it, in the order given. */
export function applyProfiles(
  root: MapNode,
  names: readonly string[],
  problems: ProblemList,
): Node {
  const profiles = nodeAt(root, ['profiles']);
  const known = profiles?.kind === 'map' ? [...profiles.entries.keys()] : [];
  let tree: Node = root;
  for (const name of names) {
    const profile = known.includes(name) ? nodeAt(root, ['profiles', name]) : undefined;
    if (profile?.kind === 'map') tree = overlay(tree, changesOf(profile), 'change');
    else if (!known.includes(name)) {
      const near = suggest(name, known);
      const choice =
        known.length === 0 ? 'the project has no profiles' : `there are ${known.join(', ')}`;
      const hint = near === undefined ? choice : `did you mean "${near}"?`;
      problems.error(
        spotAt(root, ['profiles'], 'key'),
        ['profiles'],
        `there is no profile "${name}"`,
        hint,
      );
    }
  }
  return tree;
}

/** A profile changes work and places; a profile of profiles or includes would be read by nobody. The schema says so. */
function changesOf(profile: MapNode): MapNode {
  const entries = [...profile.entries].filter(
    ([key]) => !['profiles', 'include', '$schema'].includes(key),
  );
  return { ...profile, entries: new Map(entries) };
}
