import { isFlowError } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { contextOf, NONE, plan, planProblems } from '../../test/support/inline-flow.ts';
import { InlineFlowConfig } from './flow-schema.ts';
import { planInlineFlow } from './plan-flow.ts';

function problems(yaml: string): string[] {
  const { error } = InlineFlowConfig.safeParse(parse(yaml));
  return (error?.issues ?? []).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
}

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
