import { CheckArgs } from './check/args.ts';
import { MakeDirectoryArgs } from './directory/args.ts';
import { ExecuteArgs } from './execute/args.ts';
import { MoveArgs } from './move/args.ts';
import { NotifyArgs } from './notify/args.ts';
import { QuotaArgs } from './quota/args.ts';
import { RemoveArgs } from './remove/args.ts';

/** What each step takes, as zod schemas: for checks before a run, and for the reference. */
export const stepSchemas = {
  execute: ExecuteArgs,
  check: CheckArgs,
  move: MoveArgs,
  remove: RemoveArgs,
  quota: QuotaArgs,
  notify: NotifyArgs,
  makeDirectory: MakeDirectoryArgs,
} as const;
