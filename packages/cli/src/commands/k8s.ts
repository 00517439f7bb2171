import { lstatSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Document } from 'yaml';
import { carriedNames } from '../away/carried-environment.ts';
import { listProject } from '../away/project-files.ts';
import type { CommandBody } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { openProject, projectFile } from '../session/open-project.ts';
import { openBackend } from '../session/open-providers.ts';

/** `orchestrate k8s manifests [BACKEND]`. */
export const k8s: CommandBody = async (context) => {
  const { call, output } = context;
  const loaded = await openProject(context);
  const wanted = call.text('BACKEND');
  const fitting = [...loaded.backends.values()].filter(({ plugin }) => plugin.name === 'k8s');
  const name = wanted ?? (fitting.length === 1 ? fitting[0]?.name : undefined);
  if (name === undefined) {
    const names = fitting.map((one) => one.name);
    const message = `expected the name of one backend of Kubernetes, of ${names.join(', ') || 'which the project has none'}`;
    throw cliError('CLI_ARGUMENT', message, { details: { names } });
  }
  await using open = await openBackend(loaded, terminalLog(output), name);
  const files = listProject(loaded.directory).filter(({ from }) => lstatSync(from).isFile());
  const objects = open.backend.manifests?.({
    name: loaded.name,
    file: basename(projectFile(context)),
    files: files.map(({ path, from }) => ({ path, content: readFileSync(from) })),
    words: call.texts('profile').map((profile) => `--profile=${profile}`),
    variables: carriedNames(loaded, name),
  });
  if (objects === undefined) {
    throw cliError('CLI_NO_HOST', `the backend ${name} has no cluster that leads runs`, {
      details: { backend: name },
    });
  }
  if (output.isJson) output.answer({ objects: [...objects] });
  else
    output.print(
      objects
        .map((object) => new Document(object).toString())
        .join('---\n')
        .trimEnd(),
    );
  return EXIT.succeeded;
};
