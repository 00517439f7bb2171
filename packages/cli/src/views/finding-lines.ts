import type { Finding } from '@orchestrate/core';
import type { Paint, Signs, Tone } from '../output/paint.ts';
import { printable } from '../output/printable.ts';

const TONES: Readonly<Record<Finding['state'], Tone>> = {
  good: 'good',
  warning: 'warning',
  bad: 'bad',
};

/** Findings, one line each, and below those that are not good what to do. */
export function findingLines(
  findings: readonly Finding[],
  { paint, signs }: { readonly paint: Paint; readonly signs: Signs },
): string[] {
  const width = Math.max(0, ...findings.map((finding) => finding.subject.length));
  return findings.flatMap(({ subject, state, message, hint }) => [
    `${paint(TONES[state], signs[state])} ${printable(subject).padEnd(width)}  ${printable(message)}`,
    ...(hint === undefined || state === 'good'
      ? []
      : [`${' '.repeat(width + 4)}${paint('faint', 'hint:')} ${printable(hint)}`]),
  ]);
}
