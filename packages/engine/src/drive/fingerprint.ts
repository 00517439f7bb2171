import { hash } from 'node:crypto';
import { canonicalJson, type TaskSpec } from '@orchestrate/core';

/** Moves when the same task would get another fingerprint. */
const FINGERPRINT_VERSION = 1;

/** Characters of a fingerprint: base64 of the first 12 bytes of a sha256. */
export const FINGERPRINT_LENGTH = 16;

/**
 * The parts of a spec that can change its outcome: not the resources, nor what only a backend looks at. References and
 * path tokens are taken as they are written, so secrets and scratch folders do not count.
 */
export function essence(spec: TaskSpec): string {
  return canonicalJson({
    work: spec.work,
    image: spec.image,
    directory: spec.directory,
    environment: spec.environment,
    inputs: spec.inputs?.map(({ name, address }) => [name, address]),
    outputs: spec.outputs?.map(({ name, address }) => [name, address]),
  });
}

/** Identity of a task by what it does and reads: equal fingerprints promise equal outputs. */
export function fingerprint(
  essenceText: string,
  codes: readonly (readonly [code: string, digest: string])[],
  inputs: readonly string[],
): string {
  let text = `${FINGERPRINT_VERSION}\n${essenceText}`;
  for (const [, digest] of codes) text += `\n${digest}`;
  for (const digest of inputs) text += `\n${digest}`;
  return hash('sha256', text, 'base64').slice(0, FINGERPRINT_LENGTH);
}
