import { createHash } from 'node:crypto';
import {
  attachWritten,
  type FlowContext,
  isFlowError,
  type Json,
  type Results,
  silentLogger,
  type TaskSet,
} from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { InlineFlowConfig } from './flow-schema.ts';
import { planInlineFlow } from './plan-flow.ts';

function contextOf(more: Partial<FlowContext> = {}): FlowContext {
  return {
    name: 'f',
    projectName: 'demo',
    projectDirectory: '/project',
    log: silentLogger,
    readText: () => 'site,depth\nnorth,1.0\nsouth,2.50\n',
    sha256: (text) => createHash('sha256').update(text).digest('hex'),
    upstream: [],
    ...more,
  };
}

function resultsOf(values: Readonly<Record<string, readonly Json[]>>): Results {
  return {
    result: (set, index) => values[set]?.[index],
    size: (set) => values[set]?.length ?? 0,
  };
}

const NONE = resultsOf({});

function plan(yaml: string, more: Partial<FlowContext> = {}): Map<string, TaskSet> {
  const { sets } = planInlineFlow(InlineFlowConfig.parse(parse(yaml)), contextOf(more));
  return new Map(sets.map((set) => [set.name.replace(/^f\./, ''), set]));
}

function problems(yaml: string): string[] {
  const { error } = InlineFlowConfig.safeParse(parse(yaml));
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

function planProblems(yaml: string, more: Partial<FlowContext> = {}): string {
  try {
    plan(yaml, more);
  } catch (error) {
    expect(isFlowError(error) && error.code).toBe('INLINE_FLOW_INVALID');
    return (error as Error).message;
  }
  return '';
}

function argv(set: TaskSet | undefined, index = 0, results = NONE): readonly string[] {
  const work = set?.spec(index, results).work;
  return work?.kind === 'command' ? work.argv : [];
}

describe('members', () => {
  const sets = plan(`
    matrix: { thickness: [100, 200], rate: { range: [0.1, 0.3, 0.1] } }
    members: { limit: jobs }
    tasks:
      sim: { run: "model {{ thickness }} {{ outputs.nc }}", outputs: { nc: "out/{{ member.id }}.nc" } }
      post: { run: ["sum", "{{ tasks.sim.outputs.nc }}"] }
      deep: { matrix: { k: [1, 2] }, needs: sim, run: ["x", "{{ k }}"] }
      plot: { once: true, run: ["plot", "{{ tasks.sim.outputs.nc }}"] }
      back: { run: ["y", "{{ tasks.deep.result }}"] }
  `);

  it('makes one task per member, the last name varying fastest', () => {
    expect(sets.get('sim')?.size).toBe(6);
    expect(sets.get('sim')?.label(1)).toBe('thickness=100,rate=0.2');
    expect(argv(sets.get('sim'), 3)).toEqual(['model', '200', '\0out:nc\0']);
  });

  it('holds one slot of the limit over the chain of a member', () => {
    expect(sets.get('sim')?.group).toEqual({ name: 'f', limit: 'jobs' });
    expect(sets.get('post')?.group).toEqual({ name: 'f', limit: 'jobs' });
    expect(sets.get('plot')?.group).toBeUndefined();
  });

  it('aligns tasks of the same members and gives the output of the same member', () => {
    const post = sets.get('post');

    expect(post?.needs).toEqual([{ set: 'f.sim', how: 'aligned' }]);
    expect(argv(post, 1)).toEqual(['sum', '\0in:tasks.sim.outputs.nc\0']);
    expect(post?.spec(1, NONE).inputs).toEqual([
      { name: 'tasks.sim.outputs.nc', address: 'local:out/thickness=100,rate=0.2.nc' },
    ]);
  });

  it('joins a member with its own further tasks only', () => {
    const [need] = sets.get('deep')?.needs ?? [];

    expect(need?.how === 'edges' && [...need.targets]).toEqual([
      0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5,
    ]);
  });

  it('gives a list where a member has many of the others', () => {
    const results = resultsOf({ 'f.deep': Array.from({ length: 12 }, (_, index) => index) });

    expect(argv(sets.get('back'), 2, results)).toEqual(['y', '4', '5']);
  });

  it('gives all outputs behind a barrier', () => {
    expect(sets.get('plot')?.size).toBe(1);
    expect(sets.get('plot')?.needs).toEqual([{ set: 'f.sim', how: 'all' }]);
    expect(sets.get('plot')?.spec(0, NONE).inputs).toHaveLength(6);
  });
});

describe('expressions in tasks', () => {
  it('keeps the written form of numbers in commands, environment and tables', () => {
    const thickness = [100, 200];
    attachWritten(thickness, '0', '100.0');
    const env = { A: 1 };
    attachWritten(env, 'A', '1.0');
    const config = InlineFlowConfig.parse({
      matrix: { thickness },
      tasks: { t: { run: 'model {{ thickness }}', env } },
    });
    const [set] = planInlineFlow(config, contextOf()).sets;

    expect(argv(set)).toEqual(['model', '100.0']);
    expect(set?.spec(0, NONE).environment).toEqual({ A: '1.0' });
    expect(set?.parameters?.(0)).toEqual({ thickness: 100 });
  });

  it('gives functions values, not texts', () => {
    const sets = plan(`
      matrix: { a: [1.5] }
      tasks: { t: { call: "./m.ts#f", args: { a: "{{ a }}", list: ["{{ a + 1 }}", x], t: "a={{ a }}" } } }
    `);

    expect(sets.get('t')?.spec(0, NONE).work).toEqual({
      kind: 'function',
      module: '/project/m.ts',
      export: 'f',
      args: { a: 1.5, list: [2.5, 'x'], t: 'a=1.5' },
    });
  });

  it('runs plain words directly and everything else in a shell', () => {
    const sets = plan(`
      tasks:
        direct: { run: "python run.py --x 1" }
        piped: { run: "a | b" }
        builtin: { run: "exit 3" }
        assigned: { run: "A=1 b" }
        asked: { run: "true", shell: sh }
    `);
    const kinds = [...sets.values()].map((set) => set.spec(0, NONE).work.kind);

    expect(kinds).toEqual(['command', 'shell', 'shell', 'shell', 'shell']);
  });

  it('hands references over in variables, never as shell text', () => {
    const sets = plan(`tasks: { t: { run: 'cat "\${env:DATA}/x" | wc' } }`);

    const { work, environment } = sets.get('t')!.spec(0, NONE);

    expect(work).toMatchObject({ script: 'cat "${ORCHESTRATE_REF_1}/x" | wc' });
    expect(environment).toEqual({ ORCHESTRATE_REF_1: '${env:DATA}' });
  });

  it('reads amounts from expressions', () => {
    const sets = plan(`
      matrix: { n: [2, 4] }
      tasks: { t: { run: "x {{ resources.cpus }}", resources: { cpus: "{{ n }}", memory: "{{ n }}Gi", time: 1h30m } } }
    `);

    expect(sets.get('t')?.spec(1, NONE).resources).toEqual({
      cpus: 4,
      memoryBytes: 4 * 2 ** 30,
      timeSeconds: 5400,
    });
    expect(argv(sets.get('t'), 1)).toEqual(['x', '4']);
  });

  it('reads parameter files and checks names against their columns', () => {
    const sets = plan('{ from: sites.csv, tasks: { t: { run: "x {{ site }} {{ depth }}" } } }');

    expect(argv(sets.get('t'), 1)).toEqual(['x', 'south', '2.50']);
    expect(planProblems('{ from: sites.csv, tasks: { t: { run: "x {{ dept }}" } } }')).toContain(
      'there is no parameter or name "dept"; did you mean "depth"?',
    );
  });

  it('leaves out tasks for which `when` is false', () => {
    const sets = plan(`
      matrix: { a: [1, 2, 3] }
      tasks:
        first: { run: "x {{ a }}" }
        some: { run: ["y", "{{ a }}"], when: "a != 2", needs: first }
        last: { run: ["z", "{{ tasks.some.result | default('none') }}"] }
    `);
    const [need] = sets.get('some')?.needs ?? [];

    expect(argv(sets.get('some'), 1)).toEqual(['y', '3']);
    expect(need?.how === 'edges' && [...need.targets]).toEqual([0, 2]);
    expect(argv(sets.get('last'), 1, resultsOf({ 'f.some': ['p', 'q'] }))).toEqual(['z', 'none']);
    expect(argv(sets.get('last'), 2, resultsOf({ 'f.some': ['p', 'q'] }))).toEqual(['z', 'q']);
  });
});

describe('each', () => {
  it('expands when the list is known', () => {
    const sets = plan(`
      tasks:
        find: { call: "./m.ts#find" }
        work: { each: "{{ tasks.find.result }}", run: ["w", "{{ name }}", "{{ index }}"], outputs: { o: "o/{{ name }}" } }
        next: { each: "{{ tasks.find.result }}", run: ["n", "{{ tasks.work.outputs.o }}"] }
        sum: { run: ["s", "{{ tasks.work.outputs.o }}"] }
    `);
    const results = resultsOf({ 'f.find': [[{ name: 'a' }, { name: 'b c' }]] });
    const [work] = sets.get('work')?.expand?.into(results) ?? [];
    const [next] = sets.get('next')?.expand?.into(results) ?? [];

    expect(sets.get('work')?.needs).toEqual([{ set: 'f.find', how: 'all' }]);
    expect([work?.name, work?.size, work?.label(1)]).toEqual([
      'f.work',
      2,
      expect.stringMatching(/^item=b-c~/),
    ]);
    expect(argv(work, 1, results)).toEqual(['w', 'b c', '1']);
    expect(next?.spec(1, results).inputs?.[0]?.address).toBe('local:o/b c');
    expect(sets.get('sum')?.spec(0, results).inputs).toHaveLength(2);
  });

  it('lets every member have a list of its own', () => {
    const sets = plan(`
      matrix: { n: [1, 3] }
      tasks: { t: { each: "{{ range(n) }}", run: ["t", "{{ n }}", "{{ item }}"] } }
    `);

    const set = sets.get('t');

    expect(
      Array.from({ length: set?.size ?? 0 }, (_, index) => argv(set, index).join(' ')),
    ).toEqual(['t 1 0', 't 3 0', 't 3 1', 't 3 2']);
    expect(set?.label(3)).toBe('n=3,item=2');
  });

  it('goes over the members of another flow', () => {
    const upstream = planInlineFlow(
      InlineFlowConfig.parse(
        parse('{ matrix: { a: [1, 2] }, tasks: { s: { run: "x", dir: "m/{{ member.id }}" } } }'),
      ),
      contextOf({ name: 'sweep' }),
    ).sets;
    const yaml =
      'tasks: { g: { each: "{{ flows.sweep.members }}", run: "g {{ member.dir }} {{ item.parameters.a }}" } }';

    expect(argv(plan(yaml, { upstream }).get('g'), 1)).toEqual(['g', 'm/a=2', '2']);
    expect(planProblems(yaml.replace('sweep', 'sweeep'), { upstream })).toContain(
      'did you mean "sweep"?',
    );
  });
});

describe('problems', () => {
  it('finds all of them at once, with their places', () => {
    const found = problems(`
      matrix: { alpha: [1, 2] }
      tasks:
        one: { run: "x {{ alhpa }}", needs: tow, colour: red }
        two: { run: "x", call: "y#z" }
        three: { run: "echo \${secret:TOKEN} {{ tasks.two.outputs.o }}", needs: four }
        four: { run: "{{ 1 + }}" }
        five: { run: "x", needs: six, resources: { memory: 4Q } }
        six: { run: "x", needs: [seven] }
        seven: { run: "x {{ tasks.six.result }}" }
    `);

    expect(found).toEqual(
      expect.arrayContaining([
        'tasks.one.run: there is no parameter or name "alhpa"; did you mean "alpha"?',
        'tasks.one.needs: there is no task "tow"; did you mean "two"?',
        'tasks.one: Unrecognized key: "colour"',
        'tasks.two.call: expected either run or call, got both',
        'tasks.three.run: a secret may only stand in env (SECRET_IN_COMMAND)',
        expect.stringMatching(/^tasks.three.run: there is no output of task two "o"/),
        expect.stringMatching(/^tasks.four.run: expected a value/),
        expect.stringMatching(/^tasks.five.resources.memory: expected a size/),
        expect.stringMatching(/these tasks need each other: six -> seven -> six/),
      ]),
    );
  });

  it('refuses two tasks that write the same file', () => {
    expect(
      planProblems('{ matrix: { a: [1, 2] }, tasks: { t: { run: "x", outputs: { o: o.txt } } } }'),
    ).toContain('local:o.txt is written more than once');
  });

  it('refuses secrets that come in through a parameter', () => {
    expect(
      planProblems('{ matrix: { a: ["${secret:T}"] }, tasks: { t: { run: "x {{ a }}" } } }'),
    ).toContain('stands in a command');
  });

  it('refuses paths that leave the project', () => {
    const yaml =
      '{ matrix: { a: ["../../x"] }, tasks: { t: { run: "x", outputs: { o: "out/{{ a }}" } } } }';

    expect(planProblems(yaml)).toContain('leaves its folder');
  });

  it('never throws anything but FlowErrors, whatever is written', () => {
    const text = fc.oneof(
      fc.string(),
      fc.constantFrom(
        '{{ a }}',
        '{{ tasks.t.result }}',
        '{{ item }}',
        '${env:X}',
        '{{ a | upper }}',
        '../x',
      ),
    );
    const task = fc.record(
      {
        run: fc.oneof(text, fc.array(text)),
        needs: fc.oneof(text, fc.array(text)),
        each: fc.oneof(text, fc.array(text)),
        when: text,
        outputs: fc.dictionary(text, text),
        inputs: fc.oneof(fc.array(text), fc.dictionary(text, text)),
        env: fc.dictionary(text, text),
        resources: fc.record({ memory: text, cpus: text }),
        matrix: fc.dictionary(text, fc.array(text)),
        retry: fc.anything(),
        check: fc.anything(),
      },
      { requiredKeys: ['run'] },
    );
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('t', 'u', 'v-w'), task),
        fc.anything(),
        (tasks, matrix) => {
          const parsed = InlineFlowConfig.safeParse({
            tasks,
            ...(matrix === undefined ? {} : { matrix }),
          });
          if (!parsed.success) return;
          try {
            for (const set of planInlineFlow(parsed.data, contextOf()).sets)
              if (set.size > 0) set.spec(0, NONE);
          } catch (error) {
            if (!isFlowError(error)) throw error;
          }
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('digest', () => {
  const yaml =
    '{ matrix: { a: [1, 2] }, tasks: { s: { run: "x {{ a }}", outputs: { o: "o{{ a }}" } }, t: { run: ["y", "{{ tasks.s.outputs.o }}"] } } }';
  const digests = (text: string): (string | undefined)[] =>
    ['s', 't'].map((name) => plan(text).get(name)?.digest);

  it('is the same for the same flow', () => {
    expect(digests(yaml)).toEqual(digests(yaml));
  });

  it('changes with the command, the parameters and the outputs that are referred to', () => {
    expect(digests(yaml.replace('"x', '"z'))).not.toContain(digests(yaml)[0]);
    expect(digests(yaml.replace('1, 2', '1, 3'))[1]).not.toBe(digests(yaml)[1]);
    expect(digests(yaml.replace('"o{{', '"p{{'))[1]).not.toBe(digests(yaml)[1]);
  });

  it('does not change with what specs do not depend on', () => {
    expect(digests(yaml.replace('{ run: "x', '{ priority: 3, retry: 2, run: "x'))).toEqual(
      digests(yaml),
    );
  });
});

describe('labels', () => {
  it('tell all tasks of a set apart', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const list = fc.array(value, { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(list, list, list, (a, b, each) => {
        const parsed = InlineFlowConfig.parse({
          matrix: { a, b },
          tasks: { t: { run: 'x', each } },
        });
        const [set] = planInlineFlow(parsed, contextOf()).sets;
        const labels = Array.from({ length: set?.size ?? 0 }, (_, index) => set?.label(index));

        expect(new Set(labels).size).toBe(a.length * b.length * each.length);
        for (const label of labels) expect(label).toMatch(/^[A-Za-z0-9_.+=,~-]{0,255}$/);
      }),
      { numRuns: 100 },
    );
  });
});
