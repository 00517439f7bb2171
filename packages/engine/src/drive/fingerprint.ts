import { hash } from 'node:crypto';
import { canonicalJson, type TaskSpec, type Work } from '@orchestrate/core';

/** Moves when the same task would get another fingerprint. */
const FINGERPRINT_VERSION = 1;

/** Characters of a fingerprint: base64 of the first 12 bytes of a sha256. */
export const FINGERPRINT_LENGTH = 16;

/**
 * The parts of a spec that can change its outcome: not the resources, nor what only a backend looks at. References and
 * path tokens are taken as they are written, so secrets and scratch folders do not count.
 */
export function essence(spec: TaskSpec): string {
  // Joined by hand: a hundred thousand tasks a second pass through here, and most have nothing but their work.
  let text = `{"work":${workText(spec.work)}`;
  if (spec.image !== undefined) text += `,"image":${JSON.stringify(spec.image)}`;
  if (spec.directory !== undefined) text += `,"directory":${JSON.stringify(spec.directory)}`;
  if (spec.environment !== undefined) text += `,"environment":${canonicalJson(spec.environment)}`;
  if (spec.inputs !== undefined) text += `,"inputs":${addressText(spec.inputs)}`;
  if (spec.outputs !== undefined) text += `,"outputs":${addressText(spec.outputs)}`;
  return `${text}}`;
}

function workText(work: Work): string {
  if (work.kind !== 'function') return canonicalJson(work);
  const args = typeof work.args === 'object' ? canonicalJson(work.args) : JSON.stringify(work.args);
  return `{"kind":"function","module":${JSON.stringify(work.module)},"export":${JSON.stringify(work.export)},"args":${args}}`;
}

function addressText(
  named: readonly { readonly name: string; readonly address: string }[],
): string {
  return JSON.stringify(named.map(({ name, address }) => [name, address]));
}

/** Identity of a task by what it does, reads and descends from: equal fingerprints promise equal outputs. */
export function fingerprint(
  essenceText: string,
  codes: readonly (readonly [code: string, digest: string])[],
  inputs: readonly string[],
  descent = '',
): string {
  let text = `${FINGERPRINT_VERSION}\n${essenceText}`;
  for (const [, digest] of codes) text += `\n${digest}`;
  for (const digest of inputs) text += `\n${digest}`;
  if (descent !== '') text += `\nneeds${descent}`;
  return hash('sha256', text, 'base64').slice(0, FINGERPRINT_LENGTH);
}
