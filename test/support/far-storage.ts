/** A storage of a third party that is no part of the local disk for anybody: a folder behind a plugin that keeps its paths to itself. */
export const FAR_STORAGE = `
import { appendFileSync } from 'node:fs';
import { z } from '@orchestrate/core/zod';
import local from '@orchestrate/storage-local';


export default {
  kind: 'storage',
  name: 'far',
  contract: 1,
  config: local.config.extend({ witness: z.string(), token: z.string().optional() }),
  async create({ witness, token, ...config }, context) {
    appendFileSync(witness, process.pid + ' ' + (token ?? '') + '\\n');
    const storage = await local.create(config, context);
    const far = { traits: { ...storage.traits, local: false } };
    for (const name of Reflect.ownKeys(Object.getPrototypeOf(storage))) {
      if (name === 'localPath' || name === 'constructor' || typeof storage[name] !== 'function') continue;
      far[name] = (...given) => storage[name](...given);
    }
    return far;
  },
};
`;
