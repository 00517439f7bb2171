import { existsSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seeded, seedOf } from '../support/chance.ts';
import { expectEnd } from '../support/sober.ts';
import { until } from '../support/until.ts';
import { jsonLines, Workspace } from '../support/workspace.ts';

const seed = seedOf();
const KILLS = 7;
const MEMBERS = 8;
const ITEMS = 6;
const LONGEST_LIFE_MILLISECONDS = 1_600;

/** Members that hold a slot, a check, commands, chains of calls that share a job, and tasks that become known late. */
const PROJECT = `name: kills
backends: { here: { use: local, slots: 3 } }
limits: { member: 4 }
flows:
  sweep:
    backend: here
    members: { limit: member }
    matrix: { n: { range: [1, ${MEMBERS}, 1] } }
    tasks:
      gate: { once: true, run: "test -e gate", check: { every: 0.2, timeout: 60 } }
      grow:
        needs: gate
        run: |
          sleep 0.15
          seq {{ n }} 40 > {{ outputs.numbers }}
          echo ran >> "$EFFECTS/ran-grow-{{ n }}"
        outputs: { numbers: "out/{{ n }}/numbers.txt" }
      first: { needs: grow, call: "./steps.mjs#step", args: { name: "first-{{ n }}" } }
      second: { needs: first, call: "./steps.mjs#step", args: { name: "second-{{ n }}" } }
      sum:
        needs: second
        run: |
          paste -sd+ {{ inputs.numbers }} > {{ outputs.sum }}
          echo ran >> "$EFFECTS/ran-sum-{{ n }}"
        inputs: { numbers: "{{ tasks.grow.outputs.numbers }}" }
        outputs: { sum: "out/{{ n }}/sum.txt" }
  chain:
    backend: here
    matrix: { n: { range: [1, 30, 1] } }
    tasks:
      one: { call: "./steps.mjs#step", args: { name: "one-{{ n }}" } }
      two: { needs: one, call: "./steps.mjs#step", args: { name: "two-{{ n }}" } }
      three: { needs: two, call: "./steps.mjs#step", args: { name: "three-{{ n }}" } }
  found:
    needs: [sweep]
    tasks:
      list: { call: "./steps.mjs#list", backend: here }
      tile:
        needs: list
        each: "{{ tasks.list.result }}"
        run: |
          sleep 0.1
          echo ran >> "$EFFECTS/ran-tile-{{ item }}"
      join:
        needs: tile
        run: echo ran >> "$EFFECTS/ran-join-1"
`;

const STEPS = `import { appendFileSync } from 'node:fs';
const effect = (name) => appendFileSync(process.env.EFFECTS + '/ran-' + name, 'ran\\n');
export async function step({ name }) {
  await new Promise((resolve) => setTimeout(resolve, 30));
  effect(name);
}
export function list() {
  effect('list-1');
  return Array.from({ length: ${ITEMS} }, (_, at) => at + 1);
}
`;

describe(`everything at once, killed ${KILLS} times at random (seed ${seed})`, () => {
  it('is done exactly once in the end', async () => {
    using workspace = new Workspace({ 'project.yaml': PROJECT, 'steps.mjs': STEPS });
    const random = seeded(seed);
    const journal = workspace.path('.orchestrate/journal.db');
    for (let kill = 0; kill < KILLS; kill += 1) {
      if (kill === 1) writeFileSync(workspace.path('gate'), '');
      const leader = workspace.start(['run']);
      // On a busy machine the first one may take longer to begin than others live.
      await until('a leader to begin', () => existsSync(journal) || leader.child.exitCode !== null);
      const life = 300 + random() * LONGEST_LIFE_MILLISECONDS;
      const timer = setTimeout(() => leader.child.kill('SIGKILL'), life);
      const { code, stdout, stderr } = await leader.ended;
      clearTimeout(timer);
      expect([null, 0], `${stdout}\n${stderr}`).toContain(code);
    }
    const last = await workspace.call('run', '--json');

    expectEnd(last, 0);
    const summary = jsonLines(last.stdout).at(-1);
    expect(summary).toMatchObject({ outcome: 'succeeded', liveJobs: 0 });
    const once: Record<string, number> = { 'list-1': 1, 'join-1': 1 };
    const each = (names: readonly string[], count: number): void => {
      for (const name of names) for (let n = 1; n <= count; n += 1) once[`${name}-${n}`] = 1;
    };
    each(['grow', 'first', 'second', 'sum'], MEMBERS);
    each(['one', 'two', 'three'], 30);
    each(['tile'], ITEMS);
    expect(workspace.counts('ran-')).toEqual(once);
  });
});
