import type { StorageTraits } from '@orchestrate/core';
import { describeCases } from '../contract-case.ts';
import { CONDITION_CASES } from './condition-cases.ts';
import { FILE_CASES } from './file-cases.ts';
import { KEY_CASES } from './key-cases.ts';
import { LIST_CASES } from './list-cases.ts';
import { PUBLISH_CASES } from './publish-cases.ts';
import { READ_CASES } from './read-cases.ts';
import { REMOVAL_CASES } from './removal-cases.ts';
import { type OpenStorage, type StorageCase, storageBench } from './storage-bench.ts';

/** Every promise of the storage contract; each names the traits it speaks about. */
export const STORAGE_CASES: readonly StorageCase[] = [
  ...READ_CASES,
  ...KEY_CASES,
  ...PUBLISH_CASES,
  ...CONDITION_CASES,
  ...LIST_CASES,
  ...FILE_CASES,
  ...REMOVAL_CASES,
];

/**
 * The suite every storage runs, as vitest tests. Cases are picked by the traits: a trait that is claimed must be kept,
 * one that is denied must be refused as the contract says.
 */
export function storageContract(
  open: OpenStorage,
  traits: StorageTraits,
  options: { readonly timeoutSeconds?: number } = {},
): void {
  describeCases(
    'storage contract',
    STORAGE_CASES,
    traits,
    () => storageBench(open, traits),
    options.timeoutSeconds ?? 30,
  );
}
