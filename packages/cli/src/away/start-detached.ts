import { spawn } from 'node:child_process';
import { closeSync, constants, fstatSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isFlowError, type Json } from '@orchestrate/core';
import type { CommandSpec } from '../arguments/command-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { withHistory } from '../session/open-history.ts';
import { projectFile } from '../session/open-project.ts';
import { wordsOf } from './call-words.ts';

const LOOK_AGAIN_MILLISECONDS = 50;
/** Options of the call that are not those of the leader. */
const OURS = ['detach', 'json', 'color', 'quiet', 'verbose'];

/** What is told of a leader that was started. */
export interface Leader {
  readonly run: string;
  readonly pid: number;
  readonly host: string;
  /** Path of the file that its events go to, relative to the project's folder. */
  readonly log: string;
}

/** A log that is appended to, and what one leader adds to it. */
class GrowingLog implements Disposable {
  readonly path: string;
  readonly descriptor: number;
  readonly #begin: number;

  /** @param isInUse whether somebody else writes to it; otherwise what is in it from before is dropped */
  constructor(path: string, isInUse: boolean) {
    this.path = path;
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW, O_TRUNC } = constants;
    const flags = O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | (isInUse ? 0 : O_TRUNC);
    try {
      mkdirSync(dirname(path), { recursive: true });
      this.descriptor = openSync(path, flags, 0o600);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw cliError('CLI_UNREADABLE', `the log of the leader cannot be written: ${why}`, {
        details: { file: path },
        cause: error,
      });
    }
    this.#begin = fstatSync(this.descriptor).size;
  }

  get added(): string {
    return readFileSync(this.path).subarray(this.#begin).toString();
  }

  [Symbol.dispose](): void {
    closeSync(this.descriptor);
  }
}

/** The run that a process leads, once it does. */
async function runOf(context: CommandContext, pid: number): Promise<Leader | undefined> {
  const { isLed, readOwner, STATE_FOLDER } = await import('@orchestrate/engine');
  const state = join(dirname(projectFile(context)), STATE_FOLDER);
  const owner = readOwner(state);
  if (owner?.pid !== pid || !isLed(state)) return undefined;
  try {
    return await withHistory(context, async (history) => {
      const line = history.runs().at(-1);
      if (line?.state !== 'running') return undefined;
      return { run: line.run, pid, host: owner.host, log: '' };
    });
  } catch (error) {
    // It has the lock, and has not yet made its journal.
    if (isFlowError(error) && error.code === 'JOURNAL_MISSING') return undefined;
    throw error;
  }
}

/** What a leader that is gone already said: its summary, or its error. */
function lastAnswer(log: string): Json | undefined {
  const line = log.trimEnd().split('\n').at(-1) ?? '';
  if (!line.startsWith('{"type":"summary"') && !line.startsWith('{"error"')) return undefined;
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

/**
 * Starts the same command in a process of its own, which stays when this one and its terminal go. Comes back once it leads
 * a run; a leader that ends before that, with an error or because all is done, is told as if it had been called here.
 */
export async function startDetached(
  context: CommandContext,
  command: CommandSpec,
): Promise<ExitCode> {
  const { call, directory, output } = context;
  const project = dirname(projectFile(context));
  const { isLed, STATE_FOLDER } = await import('@orchestrate/engine');
  const state = join(project, STATE_FOLDER);
  const isInUse = isLed(state);
  using events = new GrowingLog(join(state, 'leader.log'), isInUse);
  using words = new GrowingLog(join(state, 'leader.errors.log'), isInUse);
  const program = process.argv[1] ?? '';
  const child = spawn(
    process.execPath,
    [...process.execArgv, program, ...wordsOf(call, command, OURS, ['--json'])],
    {
      cwd: project,
      detached: true,
      stdio: ['ignore', events.descriptor, words.descriptor],
    },
  );
  let code: ExitCode | undefined;
  const gone = new Promise<void>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      code = (status ?? EXIT.defect) as ExitCode;
      resolve();
    });
  });
  let leader: Leader | undefined;
  while (leader === undefined && code === undefined) {
    await Promise.race([gone, pause(LOOK_AGAIN_MILLISECONDS)]);
    if (code === undefined) leader = await runOf(context, child.pid ?? 0);
  }
  if (leader === undefined) {
    const answer = lastAnswer(events.added);
    if (output.isJson && answer !== undefined) output.answer(answer);
    const said = words.added.trimEnd();
    if (said !== '') output.note(said);
    return code ?? EXIT.defect;
  }
  child.unref();
  const told = { ...leader, log: relative(project, events.path) };
  if (output.isJson) output.answer(told);
  else output.print(...leaderLines(told, output.signs.good, relative(directory, events.path)));
  return EXIT.succeeded;
}

function leaderLines({ run, pid, host }: Leader, sign: string, log: string): readonly string[] {
  return [
    `${sign} run ${run} is led by process ${pid} on ${host}; this terminal may go`,
    `\`orchestrate status\` shows how it stands, \`orchestrate cancel\` ends it; what it says is in ${log}`,
  ];
}
