import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import {
  type FunctionPack,
  isFlowError,
  type JobExit,
  type Json,
  type PackProgress,
} from '@orchestrate/core';
import { runnerError } from './errors.ts';
import { OutputCapture } from './output-capture.ts';
import { isPack, PackRun } from './pack-run.ts';

const USAGE = `usage: orchestrate-runner --pack FILE --result FILE [--from FOLDER] [--log FILE]

Makes the calls of a pack, one after another, and writes what became of them.

  --pack FILE     JSON: { "module", "export", "ordered", "calls": [{ "args", ... }, ...] }
  --result FILE   JSON, written whole or not at all: { "exit", "progress" }
  --from FOLDER   where packages are looked for (default: the working directory)
  --log FILE      for what calls print that have no file of their own (default: standard output)

Exit code: 0 all calls succeeded, 1 not all, 2 the call or the pack is wrong.
`;

/** What a result file holds. */
export interface PackResult {
  readonly exit: JobExit;
  readonly progress: PackProgress;
}

/**
 * Reads a pack file.
 * @throws RUNNER_PACK_INVALID
 */
function readPack(path: string): FunctionPack {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const message = `cannot read the pack ${path}: ${error instanceof Error ? error.message : 'unreadable'}`;
    throw runnerError('RUNNER_PACK_INVALID', message, { details: { path }, cause: error });
  }
  if (isPack(value)) return { ...value, kind: 'functions', ordered: value.ordered === true };
  throw runnerError(
    'RUNNER_PACK_INVALID',
    `${path}: expected an object with module, export and at least one call with args`,
    { details: { path, got: typeof value as Json } },
  );
}

function writeResult(path: string, result: PackResult): void {
  const aside = `${path}.${process.pid}.part`;
  writeFileSync(aside, JSON.stringify(result));
  renameSync(aside, path);
}

async function runAndWrite(
  pack: FunctionPack,
  paths: { result: string; from: string; log: string | undefined },
): Promise<number> {
  const abort = new AbortController();
  process.on('SIGTERM', () => abort.abort());
  const capture = new OutputCapture();
  const run = new PackRun(pack, {
    from: paths.from,
    signal: abort.signal,
    logPath: paths.log,
    capture,
    report: () => {},
  });
  process.on('exit', (code) => {
    const exit = run.endedBy(`the call ended its process (exit code ${code})`);
    if (exit !== undefined) writeResult(paths.result, { exit, progress: run.progress.take() });
  });
  const exit = await run.run();
  capture[Symbol.dispose]();
  writeResult(paths.result, { exit, progress: run.progress.take() });
  return exit.outcome === 'succeeded' ? 0 : 1;
}

/** The command `orchestrate-runner`. Returns its exit code. */
export async function runPackFile(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        pack: { type: 'string' },
        result: { type: 'string' },
        from: { type: 'string' },
        log: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    if (values.help === true) {
      process.stdout.write(USAGE);
      return 0;
    }
    if (values.pack === undefined || values.result === undefined) {
      process.stderr.write(USAGE);
      return 2;
    }
    return await runAndWrite(readPack(values.pack), {
      result: resolve(values.result),
      from: resolve(values.from ?? '.'),
      log: values.log === undefined ? undefined : resolve(values.log),
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'failed';
    process.stderr.write(`${isFlowError(error) ? `${error.code}: ${message}` : message}\n`);
    return 2;
  }
}
