import { relative } from 'node:path';
import type { CommandContext } from '../command-context.ts';
import type { ReportLook } from '../views/run-report.ts';

/** How reports look on standard output of a call. */
export function lookOf({ output, directory }: CommandContext): ReportLook {
  return {
    paint: output.paint,
    signs: output.signs,
    width: output.width,
    path: (absolute) => relative(directory, absolute),
  };
}
