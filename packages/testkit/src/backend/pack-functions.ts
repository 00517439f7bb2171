import { appendFileSync } from 'node:fs';
import type { FunctionContext, Json } from '@orchestrate/core';

/** What a call of {@link act} is asked to do. */
export type PackAct =
  | { readonly do: 'add'; readonly a: number; readonly b: number }
  | { readonly do: 'nothing' }
  | { readonly do: 'fail'; readonly message: string }
  | { readonly do: 'append'; readonly file: string; readonly line: string }
  | { readonly do: 'print'; readonly text: string }
  | { readonly do: 'crash'; readonly code: number }
  | { readonly do: 'context' }
  | { readonly do: 'wait'; readonly started: string };

function untilAborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stay = setInterval(() => {}, 1000);
  signal.addEventListener('abort', () => {
    clearInterval(stay);
    resolve();
  });
  return promise;
}

/**
 * The function that the suite's packs call, found by its path.
 * @public
 */
export async function act(args: PackAct, context: FunctionContext): Promise<Json | undefined> {
  switch (args.do) {
    case 'add':
      return args.a + args.b;
    case 'nothing':
      return undefined;
    case 'fail':
      throw new Error(args.message);
    case 'append':
      appendFileSync(args.file, `${args.line}\n`);
      return undefined;
    case 'print':
      process.stdout.write(`${args.text}\n`);
      return undefined;
    case 'crash':
      return process.exit(args.code);
    case 'context':
      return {
        task: context.task,
        attempt: context.attempt,
        inputs: { ...context.inputs },
        outputs: { ...context.outputs },
        aborted: context.signal.aborted,
      };
    case 'wait':
      appendFileSync(args.started, 'started\n');
      await untilAborted(context.signal);
      return undefined;
  }
}
