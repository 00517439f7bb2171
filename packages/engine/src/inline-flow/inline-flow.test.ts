import { attachWritten, type TaskSet } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contextOf, NONE, plan, planProblems, resultsOf } from '../../test/support/inline-flow.ts';
import { InlineFlowConfig } from './flow-schema.ts';
import { planInlineFlow } from './plan-flow.ts';

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

describe('policies', () => {
  it('hands on exit codes that are final, and waits for the end of others', () => {
    const sets = plan(`
      tasks:
        model: { run: "model", retry: { attempts: 5, finalCodes: [79] } }
        tidy: { needs: { task: model, after: end }, run: "tidy" }
    `);

    expect(sets.get('model')?.retry?.finalCodes).toEqual([79]);
    expect(sets.get('tidy')?.needs).toEqual([{ set: 'f.model', how: 'all', after: 'end' }]);
  });
});
