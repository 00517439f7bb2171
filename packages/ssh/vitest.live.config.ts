import { defineConfig } from 'vitest/config';
import shared from './vitest.config.ts';

/** Tests against a real sshd on a free port of the loopback interface, which they start themselves. */
export default defineConfig({
  ...shared,
  test: {
    ...shared.test,
    include: ['test/**/*.live.test.ts'],
    exclude: ['**/node_modules/**'],
    passWithNoTests: false,
    // They measure time on few cores.
    fileParallelism: false,
    reporters: ['default', ['json', { outputFile: 'out-test/live.json' }]],
  },
});
