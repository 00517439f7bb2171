import type { FunctionContext, Json } from '@orchestrate/core';
import { quota } from '@orchestrate/steps';
import { z } from 'zod';

const Answer = z.object({ passed: z.boolean() });

async function passes(sources: Json, context: FunctionContext): Promise<boolean> {
  return Answer.parse(await quota({ sources, required: false }, context)).passed;
}

/** Whether every source has enough, for a check that is polled. @throws what the step `quota` throws */
export async function hasQuota(args: Json, context: FunctionContext): Promise<Json> {
  return passes(z.object({ sources: z.json() }).parse(args).sources, context);
}

const UpstreamQuota = z.strictObject({ kilobytes: z.number(), mount: z.string().optional() });

/** Whether the quota of this user leaves as much as model-ensembler asks for, in units of 1024 bytes. */
export async function quotaLeft(args: Json, context: FunctionContext): Promise<Json> {
  const { kilobytes, mount } = UpstreamQuota.parse(args);
  const command = ['quota', '-uw', ...(mount === undefined ? [] : ['-f', mount])];
  return passes([{ use: 'quota', command, atLeast: kilobytes * 1024 }], context);
}
