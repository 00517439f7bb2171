import { resolve } from 'node:path';
import type { LoadedProjectFile } from '@orchestrate/engine';
import type { CommandContext } from '../command-context.ts';
import { plainPaint } from '../output/paint.ts';
import { BUILTINS } from './builtins.ts';

/** Absolute path of the project file a call is about. */
export function projectFile({
  call,
  directory,
}: Pick<CommandContext, 'call' | 'directory'>): string {
  return resolve(directory, call.text('config') ?? 'project.yaml');
}

/**
 * Loads the project a call is about, shows its warnings, and from then on keeps its secrets out of everything that is shown.
 * @throws PROJECT_INVALID with all problems, PROJECT_NOT_FOUND
 */
export async function openProject(context: CommandContext): Promise<LoadedProjectFile> {
  const { loadProject, renderProblems } = await import('@orchestrate/engine/project');
  const { call, directory, environment, output } = context;
  const loaded = await loadProject({
    file: call.text('config') ?? 'project.yaml',
    cwd: directory,
    profiles: call.texts('profile'),
    set: call.texts('set'),
    env: environment,
    builtins: BUILTINS,
  });
  output.protect((text) => loaded.references.redact(text));
  if (loaded.warnings.length > 0) {
    const text = renderProblems(loaded.warnings, { color: output.errorPaint !== plainPaint });
    output.remark(...text.trimEnd().split('\n'));
  }
  return loaded;
}
