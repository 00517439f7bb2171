import { relative } from 'node:path';
import { isFlowError } from '@orchestrate/core';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { openProject } from '../session/open-project.ts';

/** `orchestrate validate`. An invalid project is the answer here and not an error: with `--json` it has the same form. */
export const validate: CommandBody = async (context) => {
  try {
    return await check(context);
  } catch (error) {
    if (!context.output.isJson || !isFlowError(error) || error.code !== 'PROJECT_INVALID') {
      throw error;
    }
    context.output.answer({ valid: false, problems: error.details['problems'] ?? [] });
    return EXIT.usage;
  }
};

async function check(context: CommandContext): Promise<ExitCode> {
  const { planProject, realClock } = await import('@orchestrate/engine/project');
  const { output, directory } = context;
  const loaded = await openProject(context);
  const plan = await planProject(loaded, { log: terminalLog(output), clock: realClock });
  const file = relative(directory, loaded.file) || loaded.file;
  if (output.isJson) {
    output.answer({
      valid: true,
      name: loaded.name,
      file,
      flows: loaded.flows.length,
      sets: plan.sets.length,
      tasks: plan.tasks,
      problems: loaded.warnings,
    });
    return EXIT.succeeded;
  }
  const warnings =
    loaded.warnings.length === 0 ? '' : `, ${countOf(loaded.warnings.length, 'warning')}`;
  output.print(
    `${output.paint('good', output.signs.good)} ${file} is valid: ${countOf(loaded.flows.length, 'flow')}, ${countOf(plan.tasks, 'task')}${warnings}`,
  );
  return EXIT.succeeded;
}
