import { createHash } from 'node:crypto';
import type { Flow, TaskSet } from '@orchestrate/core';
import {
  assertDigests,
  FLOW_CASES,
  failingCases,
  flowContext,
  flowContract,
} from '@orchestrate/testkit';
import { describe, expect, it } from 'vitest';

interface Config {
  readonly words: readonly string[];
}

type Change = (sets: readonly TaskSet[]) => readonly TaskSet[];

function echo({ words }: Config, change: Change = (sets) => sets): Flow {
  return {
    plan({ name }) {
      const digest = createHash('sha256').update(JSON.stringify(words)).digest('hex');
      const say: TaskSet = {
        name: `${name}.say`,
        size: words.length,
        digest,
        label: (n) => `word=${words[n]}`,
        spec: (n) => ({ work: { kind: 'command', argv: ['echo', words[n] ?? ''] } }),
      };
      const count: TaskSet = {
        ...say,
        name: `${name}.count`,
        needs: [{ set: `${name}.say`, how: 'aligned' }],
      };
      return { sets: change([say, count]) };
    },
  };
}

flowContract<Config>(echo, [
  { name: 'two words', config: { words: ['a', 'b'] }, tasks: 4 },
  { name: 'no words', config: { words: [] }, tasks: 0 },
  { name: 'other words', config: { words: ['c'] }, flowName: 'other' },
]);

async function broken(change: Change): Promise<readonly string[]> {
  const example = { name: 'x', config: { words: ['a', 'b'] } };
  const found = await failingCases(FLOW_CASES, undefined, async () => ({
    example,
    plan: async () => echo(example.config, change).plan(flowContext(example)).sets,
    async [Symbol.asyncDispose]() {},
  }));
  return found.map(({ name }) => name);
}

const each =
  (part: (set: TaskSet) => Partial<TaskSet>): Change =>
  (sets) =>
    sets.map((set) => ({ ...set, ...part(set) }));

describe('the flow suite', () => {
  it('notices plans that differ from time to time', async () => {
    const priorities = [1, 2, 3, 4, 5, 6, 7, 8][Symbol.iterator]();
    const names = await broken(each(() => ({ priority: priorities.next().value ?? 0 })));

    expect(names).toEqual(['plans the same from the same, in another instance too']);
  });

  it('notices foreign and repeated names, and digests that are none', async () => {
    const expected = ['names its sets after itself, each once, with a digest and a size'];

    expect(await broken((sets) => sets.slice(0, 1).map((set) => ({ ...set, name: 'x' })))).toEqual(
      expected,
    );
    expect(await broken((sets) => [...sets, ...sets])).toContain(expected[0]);
    expect(await broken(each(() => ({ digest: 'abc' })))).toEqual(expected);
  });

  it('notices labels that are the same', async () => {
    expect(await broken(each(() => ({ label: () => 'same' })))).toEqual([
      'labels each task of a set differently',
    ]);
  });

  it('notices needs that are missing, uneven or circular', async () => {
    const expected = ['needs only what is there, in the right numbers and without a cycle'];
    const need = (set: string) => each(() => ({ needs: [{ set, how: 'all' }] }));

    expect(await broken(need('nowhere'))).toEqual(expected);
    expect(await broken(need('example.say'))).toEqual(expected);
    expect(
      await broken((sets) =>
        sets.map((set) => ({
          ...set,
          needs: [
            { set: set.name === 'example.say' ? 'example.count' : 'example.say', how: 'all' },
          ],
        })),
      ),
    ).toEqual(expected);
    expect(await broken(each(({ name }) => (name === 'example.count' ? { size: 1 } : {})))).toEqual(
      expected,
    );
  });

  it('notices tasks that cannot be run', async () => {
    expect(
      await broken(each(() => ({ spec: () => ({ work: { kind: 'command', argv: [] } }) }))),
    ).toEqual(['describes tasks that can be run']);
  });

  it('notices a digest that does not cover what goes in', async () => {
    const digest = '0'.repeat(64);
    const examples = [
      { name: 'one', config: { words: ['a'] } },
      { name: 'other', config: { words: ['b'] } },
    ];

    await expect(assertDigests(echo, examples)).resolves.toBeUndefined();
    await expect(
      assertDigests(
        (config) =>
          echo(
            config,
            each(() => ({ digest })),
          ),
        examples,
      ),
    ).rejects.toThrow('other: example.say');
  });
});
