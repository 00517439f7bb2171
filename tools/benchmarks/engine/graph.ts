/** A flow whose shape is chosen by its options: many no-op calls in layers, as a chain, or fanning out from one. */
import { join } from 'node:path';
import { definePlugin, type Need, type TaskSet } from '@orchestrate/core';
import { z } from 'zod';

const Config = z.strictObject({
  shape: z.enum(['layers', 'chain', 'fan']).describe('Shape of the graph'),
  tasks: z.int().min(1).describe('Number of tasks'),
  layers: z.int().min(1).default(1).describe('Number of layers, for `layers`'),
});

/** Every task of a layer waits for its two neighbours in the layer before. */
function neighbours(set: string, size: number): Need {
  const offsets = new Uint32Array(size + 1);
  const targets = new Uint32Array(size * 2);
  for (let index = 0; index < size; index += 1) {
    targets[2 * index] = index;
    targets[2 * index + 1] = (index + 1) % size;
    offsets[index + 1] = 2 * index + 2;
  }
  return { set, how: 'edges', offsets, targets };
}

/** Every task waits for the one before it. */
function chain(set: string, size: number): Need {
  const offsets = Uint32Array.from({ length: size + 1 }, (_, index) => Math.max(0, index - 1));
  return {
    set,
    how: 'edges',
    offsets,
    targets: Uint32Array.from({ length: size - 1 }, (_, index) => index),
  };
}

export default definePlugin({
  kind: 'flow',
  name: 'graph',
  contract: 1,
  config: Config,
  create: (config, { projectDirectory }) => ({
    plan({ name: flow, sha256 }) {
      const module = join(projectDirectory, 'noop.ts');
      const set = (part: string, size: number, needs: readonly Need[]): TaskSet => ({
        name: `${flow}.${part}`,
        size,
        digest: sha256(`${part} ${size}`),
        label: (index) => String(index),
        spec: () => ({ work: { kind: 'function', module, export: 'noop', args: null } }),
        hasInputs: false,
        hasOutputs: false,
        needs,
      });
      if (config.shape === 'chain') {
        return { sets: [set('link', config.tasks, [chain(`${flow}.link`, config.tasks)])] };
      }
      if (config.shape === 'fan') {
        return {
          sets: [
            set('root', 1, []),
            set('leaf', config.tasks - 1, [{ set: `${flow}.root`, how: 'all' }]),
          ],
        };
      }
      const size = config.tasks / config.layers;
      return {
        sets: Array.from({ length: config.layers }, (_, layer) =>
          set(
            `layer${layer}`,
            size,
            layer === 0 ? [] : [neighbours(`${flow}.layer${layer - 1}`, size)],
          ),
        ),
      };
    },
  }),
});
