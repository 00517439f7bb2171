import type { BackendTraits } from '@orchestrate/core';
import { describeCases } from '../contract-case.ts';
import {
  type BackendCase,
  type BackendSuiteOptions,
  backendBench,
  type OpenBackend,
} from './backend-bench.ts';
import { CANCEL_CASES } from './cancel-cases.ts';
import { LIMIT_CASES } from './limit-cases.ts';
import { LOG_CASES } from './log-cases.ts';
import { PACK_CASES } from './pack-cases.ts';
import { RESTART_CASES } from './restart-cases.ts';
import { RUN_CASES } from './run-cases.ts';
import { STATE_CASES } from './state-cases.ts';
import { SUBMIT_CASES } from './submit-cases.ts';

/** Every promise of the backend contract; each names the traits it speaks about. */
export const BACKEND_CASES: readonly BackendCase[] = [
  ...SUBMIT_CASES,
  ...RUN_CASES,
  ...LOG_CASES,
  ...STATE_CASES,
  ...CANCEL_CASES,
  ...LIMIT_CASES,
  ...RESTART_CASES,
  ...PACK_CASES,
];

/**
 * The suite every backend runs, as vitest tests. Cases are picked by the traits: a trait that is claimed must be kept,
 * one that is denied must be refused as the contract says.
 */
export function backendContract(
  open: OpenBackend,
  traits: BackendTraits,
  options: BackendSuiteOptions = {},
): void {
  describeCases(
    'backend contract',
    BACKEND_CASES,
    traits,
    () => backendBench(open, traits, options),
    3 * (options.patienceSeconds ?? 20),
  );
}
