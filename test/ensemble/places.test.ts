import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';

/** Where `validate` finds something wrong with a project of one ensemble, as `line:column path`, with the messages. */
async function placesOf(options: string): Promise<Readonly<Record<string, string>>> {
  using workspace = new EnsembleWorkspace({ 'template/run.sh.j2': 'echo {{ n }}\n' });
  workspace.write(
    'project.yaml',
    `name: e
plugins: ["@orchestrate/flows-ensemble"]
limits: { licences: 2 }
flows:
  ens:
    use: ensemble
    with:
      template: template
      matrix: { n: [1, 2] }
${options}`,
  );
  const { stdout } = await workspace.call('validate', '--json');
  const { problems } = JSON.parse(stdout) as {
    problems: { line: number; column: number; path: string; message: string }[];
  };
  return Object.fromEntries(
    problems.map(({ line, column, path, message }) => [`${line}:${column} ${path}`, message]),
  );
}

describe.concurrent('what is wrong with an ensemble', { timeout: 240_000 }, () => {
  it('is found at its option, where it is about the form of a value', async () => {
    expect(
      await placesOf(`      job: run.sh
      resources: { cpus: 1, memory: 3 parsecs }
      resubmit: { time: { fctor: 2 } }
      pre:
        - run: "true"
          retry: { attempts: many }
`),
    ).toEqual({
      '11:37 flows.ens.with.resources.memory':
        'expected a size like 512Mi, 4Gi or 4GB, got "3 parsecs"',
      '12:19 flows.ens.with.resubmit.time.factor': 'missing, expected number',
      '12:27 flows.ens.with.resubmit.time.fctor': 'unknown key',
      '15:30 flows.ens.with.pre[0].retry.attempts': 'expected number, got string "many"',
    });
  });

  it('is found at its option, where a name does not exist', async () => {
    const missing = (name: string) => `there is no parameter or name "${name}"`;

    expect(
      await placesOf(`      run: "echo {{ work }}"
      pre:
        - run: "echo {{ command }}"
          env: { A: "{{ variable }}" }
        - quota: { use: df, atLeast: "{{ space }}" }
      post:
        - move: { to: "x/{{ target }}" }
        - run: [cat, "{{ word }}"]
          capture: text
      archive: { to: "a/{{ place }}", remove: true }
      extend: [{ n: "{{ more }}" }]
`),
    ).toEqual({
      '10:12 flows.ens.with.run': missing('work'),
      '12:16 flows.ens.with.pre[0].run': missing('command'),
      '13:21 flows.ens.with.pre[0].env.A': missing('variable'),
      '14:11 flows.ens.with.pre[1].quota': missing('space'),
      '16:23 flows.ens.with.post[0].move.to': missing('target'),
      '17:11 flows.ens.with.post[1].run': missing('word'),
      '19:22 flows.ens.with.archive.to': missing('place'),
      '20:21 flows.ens.with.extend[0].n': missing('more'),
    });
  });

  it('is found at its option, where a backend or a limit does not exist', async () => {
    expect(
      await placesOf(`      job: run.sh
      limits: { license: 1 }
      steps: elsewhere
      pre:
        - run: "true"
          backend: hpc
`),
    ).toEqual({
      '11:26 flows.ens.with.limits.license':
        'takes slots of limit license, expected one of: licences; did you mean "licences"?',
      '12:14 flows.ens.with.steps': 'runs on backend elsewhere, expected one of local, leader',
      '15:20 flows.ens.with.pre[0].backend': 'runs on backend hpc, expected one of local, leader',
    });
  });

  it('is a list where a map belongs', async () => {
    expect(await placesOf('      job: run.sh\n      env: [1]\n')).toEqual({
      '11:12 flows.ens.with.env': 'expected map, got list',
    });
  });
});
