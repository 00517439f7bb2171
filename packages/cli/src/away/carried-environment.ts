import type { Json } from '@orchestrate/core';
import { findReferences, type LoadedProject } from '@orchestrate/engine';
import type { Environment } from '../command-context.ts';

/** Stands for a secret that only says how to get to the host: whoever is there needs none, and the project must still be whole. */
const NOT_BROUGHT = 'not-needed-on-this-host';
const SECRET = 'ORCHESTRATE_SECRET_';
/** How texts are to look for the person at this end. */
const LOOK = ['LANG', 'LC_ALL', 'LC_CTYPE', 'TZ'];

type Found = ReturnType<typeof findReferences>[number];

/** References in the texts of a project, and whether they only say how to get to the host. */
function referencesIn(project: Json, backend: string) {
  const found: { readonly reference: Found; readonly isLogin: boolean }[] = [];
  const visit = (inner: Json, at: readonly string[]): void => {
    if (typeof inner === 'string') {
      const isLogin = at[0] === 'backends' && at[1] === backend && at[2] === 'ssh';
      for (const reference of findReferences(inner)) found.push({ reference, isLogin });
    } else if (typeof inner === 'object' && inner !== null) {
      for (const [key, part] of Object.entries(inner)) visit(part as Json, [...at, key]);
    }
  };
  visit(project, []);
  return found;
}

/**
 * Values of what a project refers to: `${env:NAME}` and `${secret:NAME}`, as variables for a program that reads the project
 * on the host of one of its backends. Secrets of the login itself stay here.
 */
export function carriedEnvironment(
  loaded: LoadedProject,
  backend: string,
  environment: Environment,
): Readonly<Record<string, string>> {
  const carried = new Map<string, string>();
  for (const name of LOOK) {
    const value = environment[name];
    if (value !== undefined) carried.set(name, value);
  }
  for (const { reference, isLogin } of referencesIn(loaded.effective, backend)) {
    if (!('kind' in reference)) continue;
    const { kind, name } = reference;
    if (kind === 'env') {
      const value = environment[name];
      if (value !== undefined) carried.set(name, value);
    } else if (!isLogin) {
      carried.set(SECRET + name, loaded.references.resolve(reference.text));
    } else if (!carried.has(SECRET + name)) {
      carried.set(SECRET + name, NOT_BROUGHT);
    }
  }
  return Object.fromEntries(carried);
}

/** Names of the variables that a project must find where it is run: of the environment, and of its secrets. */
export function carriedNames(loaded: LoadedProject, backend: string): readonly string[] {
  const names = new Set<string>();
  for (const { reference, isLogin } of referencesIn(loaded.effective, backend)) {
    if (!('kind' in reference) || isLogin) continue;
    names.add(reference.kind === 'env' ? reference.name : SECRET + reference.name);
  }
  return [...names].toSorted();
}
