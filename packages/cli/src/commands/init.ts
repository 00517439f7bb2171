import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { CommandBody, Environment } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT } from '../exit-codes.ts';
import { countOf } from '../output/quantity-text.ts';
import { BUILTINS } from '../session/builtins.ts';
import { editorSchema } from '../session/editor-schema.ts';
import { shellQuote } from '../views/shell-quote.ts';
import { SCHEMA_FILE, type TemplateName, templateFiles } from './init-templates.ts';

interface NewFile {
  readonly path: string;
  readonly text: string;
}

/** Writes all files or none: the first that is there already takes back those written before it. */
async function writeAll(folder: string, files: readonly NewFile[]): Promise<void> {
  const { rm, stat } = await import('node:fs/promises');
  for (const { path } of files) {
    const isThere = await stat(join(folder, path)).then(
      () => true,
      () => false,
    );
    if (isThere) {
      throw cliError('CLI_FILE_EXISTS', `${join(folder, path)} exists; nothing was written`, {
        details: { file: join(folder, path) },
      });
    }
  }
  const written: string[] = [];
  try {
    for (const { path, text } of files) {
      const target = join(folder, path);
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, text, { flag: 'wx' });
      written.push(target);
    }
  } catch (error) {
    await Promise.all(written.map((target) => rm(target, { force: true })));
    throw error;
  }
}

/** Writes what the first line of the project file names, so that editors complete and check it. */
async function writeSchema(folder: string, environment: Environment): Promise<void> {
  const { loadProject } = await import('@orchestrate/engine');
  const loaded = await loadProject({
    file: 'project.yaml',
    cwd: folder,
    env: environment,
    builtins: BUILTINS,
  });
  const schema = await editorSchema(loaded);
  const file = join(folder, SCHEMA_FILE);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, `${JSON.stringify(schema, undefined, 2)}\n`);
}

/** `orchestrate init [FOLDER]`. */
export const init: CommandBody = async ({ call, output, directory, environment }) => {
  const folder = resolve(directory, call.text('FOLDER') ?? '.');
  const template: TemplateName = call.text('template') === 'minimal' ? 'minimal' : 'sweep';
  const files = templateFiles(template, folder);
  await writeAll(folder, files);
  await writeSchema(folder, environment);
  const here = relative(directory, folder);
  if (output.isJson) {
    output.answer({ folder, template, files: files.map((file) => file.path) });
    return EXIT.succeeded;
  }
  output.print(
    `${output.paint('good', output.signs.good)} wrote ${countOf(files.length, 'file')} to ${here === '' ? 'this folder' : here}: ${files.map((file) => file.path).join(', ')}`,
    '',
    'Next:',
    ...(here === '' ? [] : [`  cd ${shellQuote(here)}`]),
    '  orchestrate plan    # what would be done',
    '  orchestrate run     # do it',
  );
  return EXIT.succeeded;
};
