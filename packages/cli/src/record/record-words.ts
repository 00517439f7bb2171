import { bytesText, countOf } from '../output/quantity-text.ts';
import type { PublishedRecord } from './publish-record.ts';

/** What a person is told of a record: where it is, and what is missing in it. */
export function recordLines({ address, outputs }: PublishedRecord): string[] {
  const { outputs: all, bytes, overBound, changed, missing, unasked, failed, untraced } = outputs;
  const lines = [`record of ${countOf(all, 'output')} (${bytesText(bytes)}): ${address}`];
  const without = [
    [changed, 'changed since the run'],
    [missing, 'not there any more'],
    [failed, 'their storage refused, or did not answer'],
    [unasked, 'more objects of a service than are asked about'],
    [
      overBound,
      'larger than what may be read for a sha256; `records: { digests: true }` reads all',
    ],
  ] as const;
  for (const [count, why] of without) {
    if (count > 0) lines.push(`  ${countOf(count, 'output')} without sha256: ${why}`);
  }
  if (untraced > 0) {
    lines.push(`  outputs of ${countOf(untraced, 'reused task')} are not in the journal`);
  }
  return lines;
}
