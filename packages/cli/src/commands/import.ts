import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isFlowError } from '@orchestrate/core';
import type { Problem } from '@orchestrate/engine';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { plainPaint } from '../output/paint.ts';
import { countOf } from '../output/quantity-text.ts';
import { shellQuote } from '../views/shell-quote.ts';

type Importer = typeof import('@orchestrate/flows-ensemble/import');
type Imported = ReturnType<Importer['importUpstream']>;

const PACKAGE = '@orchestrate/flows-ensemble';

/** What reads such configurations, as it is installed for the project. @throws CLI_PLUGIN_MISSING */
async function loadImporter(projectDirectory: string): Promise<Importer> {
  let file: string;
  try {
    file = createRequire(join(projectDirectory, '/')).resolve(`${PACKAGE}/import`);
  } catch (error) {
    throw cliError(
      'CLI_PLUGIN_MISSING',
      `${PACKAGE} is not installed for ${projectDirectory}; run: npm install ${PACKAGE}`,
      { details: { package: PACKAGE }, cause: error },
    );
  }
  return (await import(pathToFileURL(file).href)) as Importer;
}

/** Path below a folder with `/` on every system; `undefined` for one that is elsewhere. */
function below(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  if (way === '') return '.';
  return way.split(sep)[0] === '..' || isAbsolute(way) ? undefined : way.split(sep).join('/');
}

/** Where everything is that the import is about; absolute paths. */
interface Places {
  readonly old: string;
  readonly project: string;
  readonly report: string;
}

function placesOf({ call, directory }: CommandContext): Places {
  const old = resolve(directory, call.text('FILE') ?? '');
  const project = resolve(directory, call.text('output') ?? 'project.yaml');
  const named = call.text('report');
  const stem = basename(old, extname(old));
  const report =
    named === undefined ? join(dirname(project), `${stem}.import.md`) : resolve(directory, named);
  return { old, project, report };
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    const said = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw cliError('CLI_UNREADABLE', `${path} cannot be read: ${said}`, {
      details: { file: path },
      cause: error,
    });
  }
}

/** The folder from which it was most likely started: the first in which its templates are. */
function launchFolder(places: Places, directory: string, templates: readonly string[]): string {
  const home = dirname(places.project);
  const candidates = [directory, dirname(places.old), home].flatMap(
    (folder) => below(home, folder) ?? [],
  );
  const fits = (folder: string): boolean =>
    templates.every((template) => existsSync(resolve(home, folder, template)));
  return candidates.find(fits) ?? candidates[0] ?? '.';
}

async function write(files: readonly (readonly [path: string, text: string])[], force: boolean) {
  const there = files.map(([path]) => path).filter((path) => existsSync(path));
  const [first] = there;
  if (first !== undefined && !force) {
    throw cliError(
      'CLI_FILE_EXISTS',
      `${there.join(' and ')} ${there.length === 1 ? 'exists' : 'exist'}; nothing was written; --force writes over what is there`,
      { details: { file: first } },
    );
  }
  for (const [path, text] of files) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text, { flag: force ? 'w' : 'wx' });
  }
}

function tell(context: CommandContext, places: Places, imported: Imported): void {
  const { output, directory } = context;
  const { findings, decisions } = imported;
  const shown = (path: string): string => below(directory, path) ?? path;
  if (output.isJson) {
    output.answer({
      project: places.project,
      report: places.report,
      findings: findings.map(({ kind, severity, title, places: found }) => ({
        kind,
        severity,
        title,
        places: found.map(({ line, column, path, message }) => ({ line, column, path, message })),
      })),
      decisions,
    });
    return;
  }
  const config =
    basename(places.project) === 'project.yaml' ? '' : ` -c ${shellQuote(shown(places.project))}`;
  const rows = findings.map(
    ({ title, places: found }) => `  ${title}: ${countOf(found.length, 'place')}`,
  );
  output.print(
    `${output.paint('good', output.signs.good)} wrote ${shown(places.project)} and ${shown(places.report)}`,
    ...(rows.length === 0 ? [] : ['', 'What it relies on, the worst first:', ...rows]),
    ...(decisions.length === 0
      ? []
      : ['', `${countOf(decisions.length, 'thing')} to decide, see the report`]),
    '',
    'Next:',
    `  orchestrate plan${config}    # what would be done`,
  );
}

/** All problems of a broken configuration at their places; with `--json` the error has them in its details. */
async function tellProblems(error: unknown, { output }: CommandContext): Promise<ExitCode> {
  const isTold = isFlowError(error) && error.code === 'UPSTREAM_INVALID' && !output.isJson;
  if (!isTold) throw error;
  const { renderProblems } = await import('@orchestrate/engine');
  const { problems = [] } = error.details as { readonly problems?: readonly Problem[] };
  const errors = problems.filter(({ severity }) => severity === 'error');
  const text = renderProblems(errors, { color: output.errorPaint !== plainPaint });
  output.note(...text.trimEnd().split('\n'), '', error.message);
  return EXIT.usage;
}

/** `orchestrate import model-ensembler FILE`. */
export const importProject: CommandBody = async (context) => {
  const { call, directory } = context;
  const places = placesOf(context);
  const home = dirname(places.project);
  const file = below(home, places.old);
  if (file === undefined) {
    throw cliError(
      'CLI_ARGUMENT',
      `${places.old} lies outside of ${home}, the folder of the project`,
      { details: { file: places.old } },
    );
  }
  const text = await textOf(places.old);
  const { importUpstream } = await loadImporter(home);
  try {
    const { templates, runs } = importUpstream(text, file);
    const launch = launchFolder(places, directory, templates);
    const pickup = runs.some((run) => existsSync(resolve(home, launch, run)));
    const native = call.has('to-native');
    const imported = importUpstream(text, file, { launch, pickup, native });
    await write(
      [
        [places.project, imported.project],
        [places.report, imported.report],
      ],
      call.has('force'),
    );
    tell(context, places, imported);
    return EXIT.succeeded;
  } catch (error) {
    return tellProblems(error, context);
  }
};
