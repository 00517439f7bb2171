import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Tests that need a Kubernetes; `npm run test:live` brings one up first. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/**/*.live.test.ts'],
    exclude: ['**/node_modules/**'],
    passWithNoTests: false,
    fileParallelism: false,
    // These take minutes: each is told as it ends, and where a cluster is unwell not all of them need to wait in vain.
    retry: shared.test?.retry === 0 ? 0 : 1,
    bail: 4,
    reporters: ['verbose', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
