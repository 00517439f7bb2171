import type { Problem } from '../pyyaml/problem.ts';
import { FINDING_KINDS, type FindingKind, findingKind } from './finding-kinds.ts';

/** What a configuration relies on, of one kind, with all places. */
export interface Finding extends FindingKind {
  readonly kind: string;
  /** In the order of the file. */
  readonly places: readonly Problem[];
}

function rank(kind: string): number {
  const at = FINDING_KINDS.indexOf(kind);
  return at < 0 ? FINDING_KINDS.length : at;
}

/** Warnings by kind, the worst first. */
export function findingsOf(warnings: readonly Problem[]): readonly Finding[] {
  const kinds = Map.groupBy(warnings, ({ kind }) => kind);
  return [...kinds]
    .map(([kind, places]): Finding => ({ kind, places, ...findingKind(kind) }))
    .sort((a, b) => rank(a.kind) - rank(b.kind));
}
