import type { MemberOptions } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';

/** The members a call is about; `undefined`: all of them. */
export function memberOptions({ call }: Pick<CommandContext, 'call'>): MemberOptions | undefined {
  const [only, skip, where] = [call.texts('only'), call.texts('skip'), call.texts('where')];
  const failed = call.has('failed');
  if (only.length + skip.length + where.length === 0 && !failed) return undefined;
  return { only, skip, where, ...(failed ? { failed } : {}) };
}

const SHOWN = 5;

/** Says what is left out because not all members are there. */
export function leftOutLine(sets: readonly string[]): string {
  const more = sets.length > SHOWN ? ` and ${sets.length - SHOWN} more` : '';
  return `left out, since not all members are there: ${sets.slice(0, SHOWN).join(', ')}${more}`;
}
