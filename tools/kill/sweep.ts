import { type Broken, notOnce, type Trial } from './trial.ts';

const MEMBERS = 20;

/** Every task leaves a line behind when it runs to its end: two lines are two executions, none is a lost one. */
const PROJECT = `name: kill
backends: { local: { use: local, slots: 2 } }
flows:
  sweep:
    matrix: { n: { range: [1, ${MEMBERS}, 1] } }
    tasks:
      grow:
        run: |
          sleep 0.3
          seq {{ n }} 400 > {{ outputs.numbers }}
          echo ran >> effects/grow-{{ n }}
        outputs: { numbers: "out/{{ n }}/numbers.txt" }
      square:
        needs: grow
        call: "./square.ts#square"
        inputs: { numbers: "{{ tasks.grow.outputs.numbers }}" }
        args: { n: "{{ n }}" }
        outputs: { squares: "out/{{ n }}/squares.txt" }
      sum:
        needs: square
        run: |
          sleep 0.1
          paste -sd+ {{ inputs.squares }} > {{ outputs.sum }}
          echo ran >> effects/sum-{{ n }}
        inputs: { squares: "{{ tasks.square.outputs.squares }}" }
        outputs: { sum: "out/{{ n }}/sum.txt" }
`;

const SQUARE = `import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
export async function square(args, context) {
  const lines = readFileSync(context.inputs.numbers, 'utf8').trim().split('\\n');
  await new Promise((resolve) => setTimeout(resolve, 100));
  writeFileSync(context.outputs.squares, lines.map((line) => String(Number(line) ** 2)).join('\\n'));
  appendFileSync('effects/square-' + args.n, 'ran\\n');
}
`;

/** A sweep of commands and function calls that pass files on. */
export const sweep: Trial = {
  tasks: MEMBERS * 3,
  results: 'out',
  files: { 'project.yaml': PROJECT, 'square.ts': SQUARE },
  broken(folder): Broken {
    const numbers = Array.from({ length: MEMBERS }, (_, at) => at + 1);
    const names = ['grow', 'square', 'sum'].flatMap((task) => numbers.map((n) => `${task}-${n}`));
    return notOnce(folder, names);
  },
};
