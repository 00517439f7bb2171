import { replacePathTokens, replacePathTokensDeep } from '../inline-flow/path-tokens.ts';
import { runError } from '../run-errors.ts';

/** What stands in for tokens in the texts of a spec, by the names of inputs and outputs. */
export interface PathsOfTask {
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
  readonly attempt?: number;
}

/** How a flow that is not written inline names a path: `{{ outputs.csv }}`. */
const NAMED = /\{\{ *(inputs|outputs)\.([A-Za-z][A-Za-z0-9_-]*) *\}\}/g;
const INERT_IN_SHELL = /^[A-Za-z0-9_@%+=:,./-]*$/;

function replaceNamed(text: string, paths: PathsOfTask, check: (path: string) => void): string {
  if (!text.includes('{{')) return text;
  return text.replaceAll(NAMED, (token, kind: string, name: string) => {
    const known = kind === 'inputs' ? paths.inputs : paths.outputs;
    const path = Object.hasOwn(known, name) ? known[name] : undefined;
    if (path === undefined) return token;
    check(path);
    return path;
  });
}

/** Puts the paths of a task in the place of the tokens that stand for them. */
export function replaceTokens(text: string, paths: PathsOfTask): string {
  return replaceNamed(replacePathTokens(text, paths), paths, () => undefined);
}

/** {@link replaceTokens} in a script, where nothing may turn into a command. @throws TASK_SPEC_INVALID */
export function replaceTokensInScript(script: string, paths: PathsOfTask): string {
  return replaceNamed(replacePathTokens(script, paths), paths, (path) => {
    if (INERT_IN_SHELL.test(path)) return;
    throw runError(
      'TASK_SPEC_INVALID',
      `the path ${JSON.stringify(path)} cannot stand in a shell script as it is`,
    );
  });
}

/** {@link replaceTokens} in every text of a JSON value. */
export function replaceTokensDeep<T>(value: T, paths: PathsOfTask): T {
  return replacePathTokensDeep(value, paths);
}
