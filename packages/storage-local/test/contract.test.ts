import { silentLogger } from '@orchestrate/core';
import { storageContract } from '@orchestrate/testkit';
import { describe } from 'vitest';
import { LocalStorage } from '../src/local-storage.ts';

const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const traits = {
  conditionalCreate: true,
  conditionalReplace: true,
  local: true,
  serverCopy: true,
};

describe.each([true, false])('local storage, fsync %s', (fsync) => {
  storageContract((place) => LocalStorage.open(place, { fsync, clock, log: silentLogger }), traits);
});
