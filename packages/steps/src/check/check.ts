import { resolve } from 'node:path';
import type { FunctionContext, Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { commandWords } from '../program/command.ts';
import { quotedTail } from '../program/output-tail.ts';
import { runProgram } from '../program/program.ts';
import { readArgs } from '../read-args.ts';
import { CheckArgs } from './args.ts';

/**
 * Runs a program and asks whether it ended with exit code 0. Result: `{ passed, code, output }` with the last lines it
 * printed.
 * @throws STEP_CHECK_FAILED unless `tolerant`; STEP_ARGUMENTS, STEP_TIMEOUT, STEP_PROGRAM_MISSING, STEP_PATH, STEP_STOPPED
 */
export async function check(args: Json, context: FunctionContext): Promise<Json> {
  const { run, shell, tolerant, ...how } = readArgs('check', CheckArgs, args);
  const argv = commandWords(run, shell);
  const [program = ''] = argv;
  const directory = how.directory === undefined ? {} : { directory: resolve(how.directory) };
  const end = await runProgram({ ...how, argv, ...directory, signal: context.signal });
  const passed = end.code === 0;
  if (!passed && !tolerant) {
    const message = `The check ${program} ended with exit code ${end.code}.${quotedTail(end.tail)}`;
    throw stepError('STEP_CHECK_FAILED', message, { details: { program, code: end.code } });
  }
  return { passed, code: end.code, output: end.tail };
}
