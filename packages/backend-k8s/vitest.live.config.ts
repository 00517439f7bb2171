import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

const { include: _include, exclude: _exclude, ...rest } = shared.test ?? {};
const CONTRACTS = 'test/contract-*.live.test.ts';

/** Tests that need a Kubernetes; `npm run test:live` brings one up first. */
export default defineConfig({
  ...shared,
  test: {
    ...rest,
    passWithNoTests: false,
    // These take minutes: each is told as it ends, and where a cluster is unwell not all of them need to wait in vain.
    retry: rest.retry === 0 ? 0 : 1,
    bail: 4,
    reporters: ['verbose', ['json', { outputFile: 'out-test/live.json' }]],
    projects: [
      {
        // Most of their time is that of the kubelet, which starts pods of both as fast as of one.
        extends: true,
        test: {
          name: 'contracts',
          include: [CONTRACTS],
          exclude: ['**/node_modules/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // They stop what the others would need.
        extends: true,
        test: {
          name: 'faults',
          include: ['test/**/*.live.test.ts'],
          exclude: ['**/node_modules/**', CONTRACTS],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
