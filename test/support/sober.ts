import { expect } from 'vitest';
import type { Ended } from './workspace.ts';

const STACK_LINE = /^\s+at .+(?::\d+:\d+\)?|node:internal)/m;

/** Whatever went wrong was told as people are told things: no stack, no defect, no warning of Node. */
export function expectSober(ended: Ended): void {
  const said = ended.stdout + ended.stderr;
  expect(ended.signal, said).toBeNull();
  expect(ended.code, said).not.toBe(70);
  expect(said).not.toMatch(STACK_LINE);
  expect(said).not.toContain('CLI_DEFECT');
  expect(said).not.toMatch(/\(node:\d+\)/);
}

/** {@link expectSober}, and the call ended with the code given; the whole output is shown where it did not. */
export function expectEnd(ended: Ended, code: number): void {
  expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(code);
  expectSober(ended);
}
