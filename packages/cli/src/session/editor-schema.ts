import type { LoadedProjectFile } from '@orchestrate/engine';

/** JSON schema of a project file with the plugins a project uses, for editors. The engine adds its own for inline flows. */
export async function editorSchema({ plugins }: LoadedProjectFile): Promise<unknown> {
  const { projectJsonSchema } = await import('@orchestrate/engine');
  const others = plugins.filter(({ from }) => from !== '@orchestrate/engine');
  return projectJsonSchema(others.map(({ plugin }) => plugin));
}
