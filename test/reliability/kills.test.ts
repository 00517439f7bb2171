import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seeded, seedOf } from '../support/chance.ts';
import { expectEnd } from '../support/sober.ts';
import { jsonLines, Workspace } from '../support/workspace.ts';

const seed = seedOf();
const KILLS = 5;
const MEMBERS = 10;
/** A leader starts from source in about a third of a second; its life must often end in the middle of work. */
const LONGEST_LIFE_MILLISECONDS = 1_500;

/** The sweep of `npm run kill`, with fewer members; that one kills fifty times. */
const SWEEP = `name: kills
backends: { here: { use: local, slots: 2 } }
flows:
  sweep:
    backend: here
    matrix: { n: { range: [1, ${MEMBERS}, 1] } }
    tasks:
      grow:
        run: |
          sleep 0.2
          seq {{ n }} 40 > {{ outputs.numbers }}
          echo ran >> "$EFFECTS/ran-grow-{{ n }}"
        outputs: { numbers: "out/{{ n }}/numbers.txt" }
      square:
        needs: grow
        call: "./square.mjs#square"
        inputs: { numbers: "{{ tasks.grow.outputs.numbers }}" }
        args: { n: "{{ n }}" }
        outputs: { squares: "out/{{ n }}/squares.txt" }
      sum:
        needs: square
        run: |
          paste -sd+ {{ inputs.squares }} > {{ outputs.sum }}
          echo ran >> "$EFFECTS/ran-sum-{{ n }}"
        inputs: { squares: "{{ tasks.square.outputs.squares }}" }
        outputs: { sum: "out/{{ n }}/sum.txt" }
`;

const SQUARE = `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
export async function square({ n }, { inputs, outputs }) {
  const numbers = readFileSync(inputs.numbers, 'utf8').trim().split('\\n');
  await new Promise((resolve) => setTimeout(resolve, 50));
  writeFileSync(outputs.squares, numbers.map((line) => String(Number(line) ** 2)).join('\\n'));
  appendFileSync(process.env.EFFECTS + '/ran-square-' + n, 'ran\\n');
}
`;

function expectedSum(member: number): string {
  const squares: number[] = [];
  for (let n = member; n <= 40; n += 1) squares.push(n ** 2);
  return `${squares.join('+')}\n`;
}

describe(`a leader that is killed ${KILLS} times at random (seed ${seed})`, () => {
  it('loses nothing and repeats nothing', async () => {
    using workspace = new Workspace({ 'project.yaml': SWEEP, 'square.mjs': SQUARE });
    const random = seeded(seed);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const command = existsSync(workspace.path('.orchestrate/runs')) ? 'resume' : 'run';
      const leader = workspace.start([kill % 2 === 0 ? 'run' : command]);
      const timer = setTimeout(
        () => leader.child.kill('SIGKILL'),
        random() * LONGEST_LIFE_MILLISECONDS,
      );
      const { code, stdout, stderr } = await leader.ended;
      clearTimeout(timer);
      // A resume that lives long enough says so when there is nothing to resume; everything else is killed or succeeds.
      expect([null, 0, 2], `${stdout}\n${stderr}`).toContain(code);
      const isTold = /CLI_NO_RUN|JOURNAL_MISSING|RUN_FINISHED/.test(stderr);
      expect(code !== 2 || isTold, stderr).toBe(true);
    }
    const last = await workspace.call('run', '--json');

    expectEnd(last, 0);
    expect(jsonLines(last.stdout).at(-1)).toMatchObject({ outcome: 'succeeded' });
    const once: Record<string, number> = {};
    for (const task of ['grow', 'square', 'sum']) {
      for (let n = 1; n <= MEMBERS; n += 1) once[`${task}-${n}`] = 1;
    }
    expect(workspace.counts('ran-')).toEqual(once);
    for (let n = 1; n <= MEMBERS; n += 1) {
      expect(workspace.read(`out/${n}/sum.txt`)).toBe(expectedSum(n));
      expect(readdirSync(workspace.path(`out/${n}`)).sort()).toEqual([
        'numbers.txt',
        'squares.txt',
        'sum.txt',
      ]);
    }
  });
});
