import type { Flow } from '@orchestrate/core';
import type { NativeConfig } from '../config/native-config.ts';
import { ensembleError } from '../errors.ts';
import { describeEnsemble } from './describe-ensemble.ts';
import { unfitPatterns } from './job-script.ts';
import { MEMBER_MODULE } from './modules.ts';

/** An ensemble written for Orchestrate. */
export function nativeFlow(config: NativeConfig, stateDirectory: string): Flow {
  return {
    plan(context) {
      const unfit = unfitPatterns(config.progress?.files ?? []);
      if (unfit.length > 0) {
        throw ensembleError(
          'ENSEMBLE_PATTERN',
          `flow ${context.name}: progress.files: ${unfit.join(', ')} cannot be a pattern here`,
          { details: { flow: context.name, patterns: [...unfit] } },
        );
      }
      const setting = { context, stateDirectory, memberModule: MEMBER_MODULE };
      const { description, limits, placeOf } = describeEnsemble(config, setting);
      return { ...context.planTasks(description, placeOf), limits };
    },
  };
}
