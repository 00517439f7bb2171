import type { Flow } from '@orchestrate/core';
import type { RepeatConfig } from './config.ts';

/** Plans the repetitions as one set: what is alike is described once, however often it is done. */
export function repeatFlow({ command, times }: RepeatConfig): Flow {
  return {
    plan: ({ name, backend, sha256 }) => ({
      sets: [
        {
          name: `${name}.time`,
          size: times,
          digest: sha256(JSON.stringify({ command, times })),
          label: (index) => `n=${index + 1}`,
          parameters: (index) => ({ n: index + 1 }),
          spec: (index) => ({
            work: {
              kind: 'command',
              argv: command.map((word) => word.replaceAll('{n}', String(index + 1))),
            },
          }),
          hasInputs: false,
          hasOutputs: false,
          ...(backend === undefined ? {} : { backend }),
        },
      ],
    }),
  };
}
