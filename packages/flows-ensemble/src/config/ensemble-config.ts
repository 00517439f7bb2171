import { isPlainObject } from '@orchestrate/core';
import { z } from 'zod';
import { NativeConfig } from './native-config.ts';
import { UpstreamConfig } from './upstream-config.ts';

/** Options of a flow with `use: ensemble`: written for Orchestrate, or a `file` written for model-ensembler. */
export const EnsembleConfig = z.union([UpstreamConfig, NativeConfig]);

/** Options of an ensemble, read. */
export type EnsembleConfig = z.output<typeof EnsembleConfig>;

/** Whether an ensemble is a file written for model-ensembler. */
export function isUpstream(config: EnsembleConfig): config is UpstreamConfig {
  return isPlainObject(config) && 'file' in config;
}
