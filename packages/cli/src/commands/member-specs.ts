import type { OptionSpec } from '../arguments/command-spec.ts';

/** Options that restrict a run to some members of ensembles. */
export const MEMBERS: readonly OptionSpec[] = [
  {
    name: 'only',
    value: 'MEMBER',
    many: true,
    complete: 'member',
    says: 'Only these members and what they need: label, value, `sens-3`, `3`, `3-7`, `sens.3-7`, or a whole ensemble',
  },
  {
    name: 'skip',
    value: 'MEMBER',
    many: true,
    complete: 'member',
    says: 'Not these members, nor what needs all of them',
  },
  {
    name: 'where',
    value: 'NAME=VALUE',
    many: true,
    says: 'Only members whose parameter has this value; of several, all must hold',
  },
  { name: 'failed', says: 'Only members that failed in the last run' },
];

/** What such a restriction comes to. */
export const ABOUT_MEMBERS =
  'A run can be restricted to some members of an ensemble. What comes after all members, a report or an archive of all of them, is then left out; a later run of everything does only the rest. Positions count from 0.';
