import { resolve } from 'node:path';
import { HOST_VARIABLE } from '@orchestrate/core';
import type { CommandSpec } from './arguments/command-spec.ts';
import { parseCall, type Request } from './arguments/parse-call.ts';
import type { CommandContext, Environment } from './command-context.ts';
import { COMMANDS } from './commands/command-table.ts';
import { cliError } from './errors.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { Output } from './output/output.ts';
import { choosePaint, chooseSigns } from './output/paint.ts';
import { processStreams } from './output/process-streams.ts';
import { renderError, reportError } from './output/render-error.ts';

const WIDEST_HELP = 100;

/** What is said before the arguments are understood, so it cannot depend on them being right. */
function outputFor(argv: readonly string[], environment: Environment): Output {
  const given = argv.slice(0, argv.includes('--') ? argv.indexOf('--') : argv.length);
  const wish = given.findLast((argument) => argument.startsWith('--color='))?.slice(8);
  const spaced = given[given.lastIndexOf('--color') + 1];
  const named = wish ?? (given.includes('--color') ? spaced : undefined);
  const option = named === 'always' || named === 'never' ? named : 'auto';
  const has = (...names: string[]): boolean => names.some((name) => given.includes(name));
  const { stdout, stderr } = processStreams(environment);
  return new Output({
    stdout,
    stderr,
    paint: choosePaint({ option, isTerminal: stdout.isTTY === true, environment }),
    errorPaint: choosePaint({ option, isTerminal: stderr.isTTY === true, environment }),
    signs: chooseSigns(environment),
    json: has('--json'),
    level: has('--quiet', '-q') ? 'quiet' : has('--verbose', '-v') ? 'verbose' : 'normal',
  });
}

async function showHelp(command: CommandSpec | undefined, output: Output): Promise<ExitCode> {
  const { renderCommandHelp, renderHelp } = await import('./arguments/render-help.ts');
  const width = Math.min(output.width ?? WIDEST_HELP, WIDEST_HELP);
  output.print(
    ...(command === undefined
      ? renderHelp(COMMANDS, width, output.paint)
      : renderCommandHelp(command, width, output.paint)),
  );
  return EXIT.succeeded;
}

/** Tells an error that a person can do something about, and answers its exit code; `undefined` for a defect. */
async function tellError(error: unknown, output: Output): Promise<ExitCode | undefined> {
  const report = reportError(error);
  if (report === undefined) return undefined;
  if (output.isJson) output.answer({ error: report });
  if (report.code === 'PROJECT_INVALID') {
    const { renderInvalidProject } = await import('./views/invalid-project.ts');
    output.note(...renderInvalidProject(error, output.errorPaint));
  } else {
    output.note(...renderError(report, output.errorPaint));
  }
  return EXIT.usage;
}

/** Carries out a command here, in a process that stays when this one goes, or on the host of a backend. */
async function command(spec: CommandSpec, context: CommandContext): Promise<ExitCode> {
  if (context.call.text('on') !== undefined) {
    const { callThere } = await import('./away/call-there.ts');
    return callThere(context, spec);
  }
  if (context.call.has('as-job')) {
    throw cliError('CLI_OPTION_VALUE', '--as-job needs --on BACKEND: where the job is to run');
  }
  if (context.call.has('detach')) {
    const { startDetached } = await import('./away/start-detached.ts');
    return startDetached(context, spec);
  }
  const host = context.environment[HOST_VARIABLE];
  if (host !== undefined && spec.name !== 'logs') {
    // Whoever reads it sits elsewhere.
    const { addressed, hostWords } = await import('./away/call-words.ts');
    const words = hostWords(context.call, host);
    context.output.protect((text) => addressed(text, words));
  }
  const body = await spec.load();
  return body(context);
}

async function carryOut(
  request: Request,
  version: string,
  shared: Omit<CommandContext, 'call'>,
): Promise<ExitCode> {
  switch (request.wants) {
    case 'version':
      shared.output.print(version);
      return EXIT.succeeded;
    case 'help':
      return showHelp(request.command, shared.output);
    case 'command':
      return command(request.command, { ...shared, call: request.call });
  }
}

function projectFileOf(request: Request | undefined, directory: string): string {
  const named = request?.wants === 'command' ? request.call.text('config') : undefined;
  return resolve(directory, named ?? 'project.yaml');
}

async function reportDefect(
  error: unknown,
  output: Output,
  facts: { readonly version: string; readonly command: string; readonly projectFile: string },
): Promise<ExitCode> {
  const { writeCrashLog } = await import('./crash-log.ts');
  const redact = (text: string): string => output.redact(text);
  const path = writeCrashLog({ ...facts, error, redact, at: Date.now() });
  const message = error instanceof Error ? error.message : String(error);
  const report = {
    code: 'CLI_DEFECT',
    message: `a defect of Orchestrate: ${message}`,
    hint:
      path === undefined
        ? 'Please report it. The details could not be written anywhere.'
        : `Please report it, with the file ${path}`,
  };
  if (output.isJson) output.answer({ error: report });
  output.note(...renderError(report, output.errorPaint));
  return EXIT.defect;
}

/** The folder of the call; `undefined` when somebody has removed it meanwhile. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

/**
 * The program: reads the arguments, carries out the command, tells errors without stack traces and answers the exit code.
 * The only other place that knows the process is `bin.ts`.
 */
export async function main(argv: readonly string[], version: string): Promise<ExitCode> {
  const environment: Environment = process.env;
  const output = outputFor(argv, environment);
  const directory = currentFolder();
  if (directory === undefined) {
    const error = cliError(
      'CLI_FOLDER_GONE',
      'the folder this command was called in has been removed',
    );
    return (await tellError(error, output)) ?? EXIT.usage;
  }
  if (argv[0] === '__complete') {
    const { answerCompletion } = await import('./completion/answer-completion.ts');
    return answerCompletion(argv.slice(1), directory);
  }
  let request: Request | undefined;
  const defect = (error: unknown): Promise<ExitCode> =>
    reportDefect(error, output, {
      version,
      command: request?.wants === 'command' ? request.command.name : '',
      projectFile: projectFileOf(request, directory),
    });
  const crash = async (error: unknown): Promise<void> => {
    output.dropFooter();
    const code = await defect(error);
    await output.flush();
    process.exit(code);
  };
  process.on('uncaughtException', (error) => void crash(error));
  process.on('unhandledRejection', (error) => void crash(error));
  try {
    request = parseCall(argv, COMMANDS);
    return await carryOut(request, version, { output, directory, environment, version });
  } catch (error) {
    output.dropFooter();
    return (await tellError(error, output)) ?? (await defect(error));
  } finally {
    await output.flush();
  }
}
