import {
  globPattern,
  isPattern,
  type JsonObject,
  matchValues,
  suggest,
  withSlash,
  writtenText,
} from '@orchestrate/core';
import { runError } from '../run-errors.ts';
import { isGroupNamed, isIn, type Member, type MemberGroup, scopeOf } from './member-group.ts';

/** Which members are meant. What is left out does not restrict. */
export interface MemberWishes {
  /** Members as people name them; any of these. */
  readonly only?: readonly string[];
  /** Members that are not meant, named in the same way. */
  readonly skip?: readonly string[];
  /** `NAME=VALUE` of parameters; all of these hold. */
  readonly where?: readonly string[];
  /** Tasks that failed, when only their members are meant. */
  readonly failed?: readonly FailedTask[];
}

/** A task that failed in an earlier run. */
export interface FailedTask {
  readonly set: string;
  readonly label: string;
}

type Groups = readonly MemberGroup[];

/** Members that were chosen, by groups; positions ascending. */
export type ChosenMembers = ReadonlyMap<string, readonly number[]>;

function isNumber(text: string): boolean {
  return /^[0-9]{1,9}$/.test(text);
}

/** `3` and `3-7` as first and last position. */
function positionsIn(text: string): readonly [number, number] | undefined {
  const [first = '', last = first, ...more] = text.split('-');
  if (more.length > 0 || !isNumber(first) || !isNumber(last)) return undefined;
  return [Number(first), Number(last)];
}

function labelled(text: string, members: readonly Member[]): readonly Member[] {
  const exact = members.filter(({ label }) => label === text);
  if (exact.length > 0) return exact;
  const [, name = '', index = ''] = /^(.+)-([0-9]{1,9})$/.exec(text) ?? [];
  return members.filter(
    ({ set, index: own }) => index !== '' && own === Number(index) && isGroupNamed(set, name),
  );
}

function ambiguous(text: string, byValue: readonly Member[], byPlace: readonly Member[]): Error {
  const shown = (members: readonly Member[]): string =>
    members
      .slice(0, 3)
      .map(({ label, index }) => label || `${index}`)
      .join(', ') + (members.length > 3 ? ', ...' : '');
  const [place] = byPlace;
  const alias = place === undefined ? '' : ` (${place.set.split('.').at(-1)}-${place.index})`;
  return runError(
    'MEMBER_AMBIGUOUS',
    `${text} is a value of ${shown(byValue)}, and the position of ${shown(byPlace)}${alias}`,
    { details: { member: text } },
  );
}

/** Members that a text means among some, without a group in front of it. */
function unscoped(text: string, groups: Groups): readonly Member[] {
  const members = groups.flatMap((group) => group.members);
  const exact = labelled(text, members);
  if (exact.length > 0) return exact;
  if (isPattern(text)) {
    const pattern = globPattern(text);
    return members.filter(({ label }) => pattern.test(label));
  }
  const byValue = text === '' ? [] : matchValues(text, members);
  const positions = positionsIn(text);
  const [first, last] = positions ?? [1, 0];
  const isThere = groups.some(({ size }) => last < size);
  const byPlace = isThere
    ? members.filter(({ index }) => index >= first && index <= last && first <= last)
    : [];
  if (byValue.length === 0 || byPlace.length === 0) return [...byValue, ...byPlace];
  const both = new Set(byPlace);
  if (byValue.length === both.size && byValue.every((member) => both.has(member))) return byPlace;
  throw ambiguous(text, byValue, byPlace);
}

/** Members that a text means: all of a group, those of a group that the rest of it means, or those of any group. */
function matching(given: string, groups: Groups): readonly Member[] {
  const text = withSlash(given.trim());
  const exact = labelled(
    text,
    groups.flatMap((group) => group.members),
  );
  if (exact.length > 0) return exact;
  const whole = groups.filter(({ name }) => isGroupNamed(name, text));
  if (whole.length > 0) return whole.flatMap(({ members }) => members);
  // The name of a group has points as well: the longest name that is one is meant.
  for (const border of [...text.matchAll(/[./]/g)].reverse()) {
    const scope = groups.filter(({ name }) => isGroupNamed(name, text.slice(0, border.index)));
    const found = scope.length === 0 ? [] : unscoped(text.slice(border.index + 1), scope);
    if (found.length > 0) return found;
  }
  return unscoped(text, groups);
}

/** @throws MEMBER_UNKNOWN, MEMBER_AMBIGUOUS */
function membersNamed(texts: readonly string[], groups: Groups): Set<Member> {
  return new Set(
    texts.flatMap((text) => {
      const found = matching(text, groups);
      if (found.length > 0) return found;
      throw unknown(text, groups);
    }),
  );
}

const NAMED_AT_MOST = 3;

/** Names near the one that is none: labels and groups, and how many members there are. */
function unknown(text: string, groups: Groups): Error {
  const names = new Set(
    groups.flatMap(({ name, members }) => [name, ...members.map(({ label }) => label)]),
  );
  names.delete('');
  const near: string[] = [];
  while (near.length < NAMED_AT_MOST) {
    const next = suggest(text, names);
    if (next === undefined) break;
    near.push(next);
    names.delete(next);
  }
  const sizes = groups
    .slice(0, 5)
    .map(({ name, size }) => `${name} has ${size === 1 ? '1 member' : `0 to ${size - 1}`}`)
    .join(', ');
  const meant = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return runError('MEMBER_UNKNOWN', `there is no member ${text} (${sizes})${meant}`, {
    details: { member: text, near },
  });
}

function isValue(values: JsonObject, name: string, text: string): boolean {
  const value = values[name];
  if (value === undefined) return false;
  if (text === (writtenText(values, name) ?? '')) return true;
  if (typeof value === 'number') return text.trim() !== '' && Number(text) === value;
  return text === (typeof value === 'string' ? value : JSON.stringify(value));
}

function parametersOf({ sets }: MemberGroup): (index: number) => JsonObject {
  const set = sets.find(({ parameters }) => parameters !== undefined);
  return (index) => set?.parameters?.(index) ?? {};
}

/** @throws MEMBER_UNKNOWN when no member has such a parameter, or none has the value */
function membersWhere(condition: string, groups: Groups): Set<Member> {
  const border = condition.indexOf('=');
  const [name, text] = [condition.slice(0, Math.max(0, border)), condition.slice(border + 1)];
  if (border < 1) {
    throw runError('MEMBER_UNKNOWN', `where ${condition}: expected NAME=VALUE`, {
      details: { where: condition },
    });
  }
  const names = new Set<string>();
  const values = new Set<string>();
  const found = new Set<Member>();
  for (const group of groups) {
    const of = parametersOf(group);
    for (const member of group.members) {
      const own = of(member.index);
      for (const known of Object.keys(own)) names.add(known);
      if (isValue(own, name, text)) found.add(member);
      else if (own[name] !== undefined) values.add(writtenText(own, name) ?? shownValue(own[name]));
    }
  }
  if (found.size > 0) return found;
  throw noSuchValue({ condition, name, text }, names, values);
}

function shownValue(value: JsonObject[string]): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function noSuchValue(
  { condition, name, text }: Readonly<Record<'condition' | 'name' | 'text', string>>,
  names: ReadonlySet<string>,
  values: ReadonlySet<string>,
): Error {
  const details = { details: { where: condition } };
  if (names.has(name)) {
    const near = suggest(text, values);
    const some = [...values].slice(0, 10).join(', ');
    const meant = near === undefined ? `; it is one of ${some}` : `; did you mean ${near}?`;
    return runError('MEMBER_UNKNOWN', `no member has ${condition}${meant}`, details);
  }
  const near = suggest(name, names);
  const there = names.size === 0 ? 'there are none' : `there are ${[...names].join(', ')}`;
  const meant = near === undefined ? `; ${there}` : `; did you mean ${near}?`;
  return runError('MEMBER_UNKNOWN', `no member has a parameter ${name}${meant}`, details);
}

/** Members whose tasks are among those that failed, also in later cycles of a batch, whose sets no plan knows. */
function membersFailed(failed: readonly FailedTask[], groups: Groups): Set<Member> {
  const found = new Set<Member>();
  for (const { set, label } of failed) {
    const exact = groups.filter(({ sets }) => sets.some(({ name }) => name === set));
    const near = groups.filter(({ name }) => isIn(set, scopeOf(name)));
    for (const group of exact.length > 0 ? exact : near) {
      for (const member of group.members) {
        const isOf = label === member.label || label.startsWith(`${member.label}/`);
        if (isOf && member.label !== '') found.add(member);
      }
    }
  }
  return found;
}

/**
 * The members that wishes mean.
 * @throws MEMBER_UNKNOWN, MEMBER_AMBIGUOUS, MEMBER_NONE
 */
export function chooseMembers(groups: Groups, wishes: MemberWishes): ChosenMembers {
  if (groups.every(({ size }) => size === 0))
    throw runError('MEMBER_NONE', 'this project has no members to choose from');
  const { only = [], skip = [], where = [], failed } = wishes;
  const wanted = [
    ...(only.length === 0 ? [] : [membersNamed(only, groups)]),
    ...where.map((condition) => membersWhere(condition, groups)),
    ...(failed === undefined ? [] : [membersFailed(failed, groups)]),
  ];
  const unwanted = membersNamed(skip, groups);
  const chosen = groups
    .flatMap(({ members }) => members)
    .filter((member) => !unwanted.has(member) && wanted.every((some) => some.has(member)));
  if (chosen.length === 0) {
    const why =
      failed?.length === 0 ? 'no task of a member failed in the last run' : 'no member is all that';
    throw runError('MEMBER_NONE', `nothing is left to run: ${why}`);
  }
  return new Map(
    [...Map.groupBy(chosen, ({ set }) => set)].map(([group, members]) => [
      group,
      members.map(({ index }) => index),
    ]),
  );
}
