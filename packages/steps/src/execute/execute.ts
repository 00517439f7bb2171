import { resolve } from 'node:path';
import type { FunctionContext, Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { commandWords } from '../program/command.ts';
import { quotedTail } from '../program/output-tail.ts';
import { runProgram } from '../program/program.ts';
import { readArgs } from '../read-args.ts';
import { ExecuteArgs } from './args.ts';

const MOST_BYTES = 262_144;

function parseOutput(text: string, capture: ExecuteArgs['capture'], program: string): Json {
  const whole = text.replace(/\r?\n$/, '');
  if (capture === 'text') return whole;
  if (capture === 'lines') return whole === '' ? [] : whole.split(/\r?\n/);
  try {
    return JSON.parse(whole) as Json;
  } catch (error) {
    const why = error instanceof Error ? error.message : '';
    throw stepError('STEP_OUTPUT', `${program} was to print one JSON value: ${why}`, {
      details: { program },
      cause: error,
    });
  }
}

/**
 * Runs a program, or a text in a shell. Standard error goes to the log of the task. Result: what `capture` asks for, and
 * `{ code, output }` with `ignoreErrors`.
 * @throws STEP_ARGUMENTS, STEP_EXIT, STEP_OUTPUT, STEP_TIMEOUT, STEP_PROGRAM_MISSING, STEP_PATH, STEP_STOPPED
 */
export async function execute(args: Json, context: FunctionContext): Promise<Json | undefined> {
  const { run, shell, capture, ignoreErrors, ...how } = readArgs('execute', ExecuteArgs, args);
  const argv = commandWords(run, shell);
  const [program = ''] = argv;
  const captures = capture !== 'none';
  const end = await runProgram({
    ...how,
    argv,
    ...(how.directory === undefined ? {} : { directory: resolve(how.directory) }),
    signal: context.signal,
    keepBytes: captures ? MOST_BYTES : 0,
    stdout: captures ? 'quiet' : 'log',
  });
  if (end.code !== 0 && !ignoreErrors) {
    const message = `${program} ended with exit code ${end.code}.${quotedTail(end.tail)}`;
    throw stepError('STEP_EXIT', message, { details: { program, code: end.code } });
  }
  if (captures && end.isCut) {
    const message = `${program} printed more than ${MOST_BYTES} bytes, which is the most that a result may hold.`;
    throw stepError('STEP_OUTPUT', message, { details: { program, mostBytes: MOST_BYTES } });
  }
  if (!ignoreErrors) return captures ? parseOutput(end.stdout, capture, program) : undefined;
  if (!captures) return { code: end.code };
  // What a failed program has printed need not be whole.
  const form = end.code === 0 ? capture : capture === 'json' ? 'text' : capture;
  return { code: end.code, output: parseOutput(end.stdout, form, program) };
}
