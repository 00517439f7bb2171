import { defineConfig } from 'vitest/config';
import shared from '../vitest.config.ts';

/** Pages that need a cluster to be followed; `npm run test:live` brings one up first. */
export default defineConfig({
  ...shared,
  test: { ...shared.test, include: ['*.live.test.ts'], exclude: [], passWithNoTests: false },
});
