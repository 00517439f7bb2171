import { createHash } from 'node:crypto';
import {
  type Flow,
  type FlowContext,
  type Results,
  silentLogger,
  storageKeyProblem,
  type TaskSet,
} from '@orchestrate/core';
import { testkitError } from '../errors.ts';

/** One use of a flow that the suite looks at. */
export interface FlowExample<Config> {
  readonly name: string;
  /** Options as they come out of the plugin's schema. */
  readonly config: Config;
  /** Name of the flow in the project. Default `example`. */
  readonly flowName?: string;
  /** Files of the project, by path. */
  readonly files?: Readonly<Record<string, string>>;
  readonly upstream?: readonly TaskSet[];
  /** Results of tasks of this flow and upstream, `set#index` -> result; sizes are taken from the sets. */
  readonly results?: Readonly<Record<string, ReturnType<Results['result']>>>;
  /** Plans described tasks, for flows that use `context.planTasks`. Without it they are refused. */
  readonly planTasks?: FlowContext['planTasks'];
  /** How many tasks there must be, placeholders not counted. */
  readonly tasks?: number;
}

/** Makes the flow under test. */
export type MakeFlow<Config> = (config: Config) => Flow | Promise<Flow>;

/** What a flow may look at, made from an example. */
export function flowContext<Config>(example: FlowExample<Config>): FlowContext {
  return {
    name: example.flowName ?? 'example',
    projectName: 'example-project',
    projectDirectory: '/project',
    log: silentLogger,
    readText(path) {
      if (storageKeyProblem(path) !== undefined)
        throw testkitError('PATH_OUTSIDE', `${path} does not lie below the project's folder.`);
      const text = example.files?.[path];
      if (text === undefined)
        throw testkitError('PROJECT_FILE_UNREADABLE', `The example has no file ${path}.`);
      return text;
    },
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    upstream: example.upstream ?? [],
    planTasks:
      example.planTasks ??
      (() => {
        throw testkitError('FLOW_EXAMPLE_INCOMPLETE', 'The example says nothing of planTasks.');
      }),
  };
}

/** What earlier tasks left, made from an example. */
export function exampleResults<Config>(
  example: FlowExample<Config>,
  sets: readonly TaskSet[],
): Results {
  const all = [...sets, ...(example.upstream ?? [])];
  return {
    result: (set, index) => example.results?.[`${set}#${index}`],
    size: (set) => all.find(({ name }) => name === set)?.size ?? 0,
  };
}
