import { defineConfig } from 'vitest/config';

/** Tests of the bed itself; `npm run test:live` brings it up first. */
export default defineConfig({
  test: {
    include: ['**/*.live.test.ts'],
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
