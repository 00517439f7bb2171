import type { FunctionWork, Json } from '@orchestrate/core';
import type { z } from 'zod';
import type { CheckArgs } from './check/args.ts';
import type { MakeDirectoryArgs } from './directory/args.ts';
import type { ExecuteArgs } from './execute/args.ts';
import type { MoveArgs } from './move/args.ts';
import type { NotifyArgs } from './notify/args.ts';
import type { QuotaArgs } from './quota/args.ts';
import type { RemoveArgs } from './remove/args.ts';

/** Arguments of every step, by its name. */
export interface StepArgs {
  readonly check: z.input<typeof CheckArgs>;
  readonly copy: z.input<typeof MoveArgs>;
  readonly execute: z.input<typeof ExecuteArgs>;
  readonly makeDirectory: z.input<typeof MakeDirectoryArgs>;
  readonly move: z.input<typeof MoveArgs>;
  readonly notify: z.input<typeof NotifyArgs>;
  readonly quota: z.input<typeof QuotaArgs>;
  readonly remove: z.input<typeof RemoveArgs>;
}

/** The package under whose name a project finds the steps. */
export const stepModule = '@orchestrate/steps';

/** The work of a task that runs a step; `module` is where the steps are found. */
export function stepWork<Name extends keyof StepArgs>(
  name: Name,
  args: StepArgs[Name],
  module: string = stepModule,
): FunctionWork {
  // What is left out as undefined has no place in JSON.
  return { kind: 'function', module, export: name, args: JSON.parse(JSON.stringify(args)) as Json };
}
