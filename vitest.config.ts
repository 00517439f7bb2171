import { defineConfig } from 'vitest/config';

/** `npx -c vitest` at the root runs every project at once: handy while developing. */
export default defineConfig({ test: { projects: ['packages/*', 'tools', 'test'] } });
