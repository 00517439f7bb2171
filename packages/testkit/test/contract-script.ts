import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import type { FunctionCall, JobSpec } from '@orchestrate/core';
import type { Act, JobScript, JobStep, PackAct, RenderAct } from '@orchestrate/testkit';

/** Acts as words for {@link contractScript}. */
export const renderAct: RenderAct = (act) => ({
  kind: 'command',
  argv: ['act', JSON.stringify(act)],
});
const fails = (message: string): JobStep => ({
  do: 'end',
  exit: { outcome: 'user-error', message },
});
const nulEnded = (texts: readonly string[]) => texts.map((text) => `${text}\0`).join('');

function* printing({ out, errors, times }: Extract<Act, { do: 'print' }>): Generator<JobStep> {
  for (let n = 1; n <= times; n += 1)
    yield { do: 'print', text: `${out} ${n}\n${errors === undefined ? '' : `${errors} ${n}\n`}` };
}

function* fileSteps(act: Extract<Act, { file: string }>, job: JobSpec): Generator<JobStep> {
  const write = (text: string): JobStep => ({
    do: 'effect',
    run: () => writeFileSync(act.file, text),
  });
  if (act.do === 'append')
    yield { do: 'effect', run: () => appendFileSync(act.file, `${act.line}\n`) };
  if (act.do === 'show-directory') yield write(`${job.directory}\n`);
  if (act.do === 'show-arguments') yield write(nulEnded(act.values));
  if (act.do === 'show-environment')
    yield write(nulEnded(act.names.map((name) => job.environment[name] ?? '<unset>')));
}

const FOREVER: JobStep = { do: 'wait', seconds: 3600 };

function* steps(act: Act, job: JobSpec): Generator<JobStep> {
  if ('file' in act) return yield* fileSteps(act, job);
  switch (act.do) {
    case 'exit':
      if (act.code !== 0)
        yield {
          do: 'end',
          exit: { outcome: 'user-error', code: act.code, message: `exit code ${act.code}` },
        };
      return;
    case 'abort':
      yield {
        do: 'end',
        exit: { outcome: 'user-error', signal: 'SIGABRT', message: 'ended by SIGABRT' },
      };
      return;
    case 'missing-program':
      yield fails('no such program');
      return;
    case 'print':
      return yield* printing(act);
    case 'print-around':
      yield { do: 'print', text: `${act.first}\n` };
      yield { do: 'until', holds: () => existsSync(act.until) };
      yield { do: 'print', text: `${act.second}\n` };
      return;
    case 'wait':
      yield { do: 'effect', run: () => appendFileSync(act.started, 'started\n') };
      yield { do: 'until', holds: () => existsSync(act.until) };
      return;
    case 'ignore-term':
      yield { do: 'effect', run: () => writeFileSync(act.started, '') };
      yield FOREVER;
      return;
    case 'spawn':
      for (;;) {
        yield { do: 'effect', run: () => appendFileSync(act.alive, 'alive\n') };
        yield { do: 'wait', seconds: 0.02 };
      }
    case 'fill-memory':
      yield { do: 'take-memory', bytes: act.bytes };
      yield FOREVER;
      return;
    case 'sleep':
      yield FOREVER;
      return;
    default:
  }
}

function* callSteps(call: FunctionCall, position: number, job: JobSpec): Generator<JobStep> {
  const act = JSON.parse(JSON.stringify(call.args)) as PackAct;
  const done = (value?: FunctionCall['args']): JobStep => ({
    do: 'call',
    position,
    outcome: value === undefined ? {} : { value },
  });
  const bad = (message: string): JobStep => ({
    do: 'call',
    position,
    outcome: { failure: 'user-error', message },
  });
  switch (act.do) {
    case 'add':
      yield done(act.a + act.b);
      return;
    case 'nothing':
      yield done();
      return;
    case 'fail':
      yield bad(act.message);
      return;
    case 'append':
      yield { do: 'effect', run: () => appendFileSync(act.file, `${act.line}\n`) };
      yield done();
      return;
    case 'print': {
      const text = `${act.text}\n`;
      const path = call.logPath;
      yield path === undefined
        ? { do: 'print', text }
        : { do: 'effect', run: () => appendFileSync(path, text) };
      yield done();
      return;
    }
    case 'crash':
      yield bad(`the process ended with ${act.code}`);
      yield fails(`the process ended with ${act.code}`);
      return;
    case 'context': {
      const { name = '', attempt = 1, inputs = {}, outputs = {} } = call;
      yield done({ task: name || job.name, attempt, inputs, outputs, aborted: false });
      return;
    }
    case 'wait':
      yield { do: 'effect', run: () => appendFileSync(act.started, 'started\n') };
      yield FOREVER;
  }
}

function* packSteps(calls: readonly FunctionCall[], job: JobSpec): Generator<JobStep> {
  for (const [position, call] of calls.entries()) yield* callSteps(call, position, job);
}

/** Plays what the contract suite asks for. */
export function contractScript(job: JobSpec): JobScript {
  const { work } = job;
  if (work.kind === 'functions') {
    if (work.module.startsWith('/nowhere')) return { steps: [fails('no such module')] };
    return { steps: packSteps(work.calls, job) };
  }
  if (work.kind === 'shell') {
    const code = /exit 4/.test(work.script) ? 4 : /exit 0/.test(work.script) ? 1 : 0;
    return { steps: steps({ do: 'exit', code }, job) };
  }
  const act = JSON.parse(work.argv[1] ?? 'null') as Act;
  return { steps: steps(act, job), endSeconds: act.do === 'ignore-term' ? 5 : 0.05 };
}
