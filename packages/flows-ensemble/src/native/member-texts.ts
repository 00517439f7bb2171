import type { FlowContext } from '@orchestrate/core';
import type { NativeConfig } from '../config/native-config.ts';

/** Places of a native ensemble, as texts with expressions. */
export interface MemberTexts {
  /** Directory of a member, below the project. */
  readonly directory: string;
  /** Its absolute path. */
  readonly path: string;
  /** Absolute path of the folder all of them lie in. */
  readonly base: string;
  /** Absolute path of the folder for what is remembered of members. */
  readonly state: string;
  /** What a member is called. */
  readonly id: string;
}

/** Where the members of an ensemble are. */
export function memberTexts(
  config: NativeConfig,
  context: FlowContext,
  stateDirectory: string,
  hasMembers: boolean,
): MemberTexts {
  const directory =
    config.directory?.replace(/\/+$/, '') ??
    (hasMembers ? `${context.name}/{{ member.id }}` : context.name);
  const fixed = directory.slice(0, Math.max(0, directory.indexOf('{{')));
  const parent = directory.includes('{{')
    ? fixed.slice(0, Math.max(0, fixed.lastIndexOf('/')))
    : directory.slice(0, Math.max(0, directory.lastIndexOf('/')));
  const project = context.projectDirectory;
  return {
    directory,
    path: `${project}/${directory}`,
    base: parent === '' ? project : `${project}/${parent}`,
    state: stateDirectory,
    id: hasMembers ? '{{ member.id }}' : context.name,
  };
}
