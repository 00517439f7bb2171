import { type FunctionContext, formatBytes, type Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { readArgs } from '../read-args.ts';
import { QuotaArgs, type QuotaSource } from './args.ts';
import { type Answer, askSource } from './ask-source.ts';

interface Asked {
  readonly source: QuotaSource;
  readonly answer: Answer;
}

function amount({ use }: QuotaSource, value: number): string {
  if (value === Number.POSITIVE_INFINITY) return 'no limit';
  return use === 'fair-share' ? value.toFixed(4) : formatBytes(value);
}

function isEnough({ source, answer }: Asked): boolean {
  return answer.free >= source.atLeast;
}

function described({ source, answer }: Asked): string {
  const least = amount(source, source.atLeast);
  return `${source.use} ${answer.from}: ${amount(source, answer.free)}, expected at least ${least}`;
}

function resultOf({ source, answer }: Asked, passed: boolean): Json {
  const isShare = source.use === 'fair-share';
  const free = answer.free === Number.POSITIVE_INFINITY ? null : answer.free;
  return {
    passed,
    ...(isShare ? { fairShare: free } : { freeBytes: free }),
    source: source.use,
    from: answer.from,
  };
}

/**
 * Asks whether enough space is free, or enough of a share is left. Result: `{ passed, freeBytes, source, from }` of the
 * source that decides, the first one without enough or else the last; `freeBytes` is null without a limit, and `fairShare`
 * stands in its place for a share.
 * @throws STEP_QUOTA when `required` and there is not enough; STEP_QUOTA_UNKNOWN, STEP_ARGUMENTS, STEP_PATH,
 *   STEP_PROGRAM_MISSING, STEP_TIMEOUT, STEP_STOPPED
 */
export async function quota(args: Json, context: FunctionContext): Promise<Json> {
  const { sources, required } = readArgs('quota', QuotaArgs, args);
  let last: Json = null;
  for (const source of sources) {
    const asked = { source, answer: await askSource(source, context.signal) };
    const passed = isEnough(asked);
    last = resultOf(asked, passed);
    if (passed) continue;
    if (!required) return last;
    throw stepError('STEP_QUOTA', `Not enough: ${described(asked)}.`, {
      details: { source: source.use, from: asked.answer.from },
    });
  }
  return last;
}
