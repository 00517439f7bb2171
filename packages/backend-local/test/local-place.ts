import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type PluginContext, silentLogger } from '@orchestrate/core';
import { LocalConfig } from '../src/config.ts';
import type { LocalBackend } from '../src/local-backend.ts';
import { openLocalBackend } from '../src/open-backend.ts';

/** What the backend is handed when it keeps its state in `place`. */
function localContext(place: string): PluginContext {
  const stateDirectory = join(place, 'state');
  mkdirSync(stateDirectory, { recursive: true });
  return {
    name: 'local',
    projectDirectory: place,
    stateDirectory,
    log: silentLogger,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    random: Math.random,
  };
}

/** A backend that keeps its state in `place`; a second one there is a new leader. */
export function openAt(place: string, options: object = {}): LocalBackend {
  const config = LocalConfig.parse({ graceSeconds: 0.5, containers: 'none', ...options });
  return openLocalBackend(config, localContext(place));
}
