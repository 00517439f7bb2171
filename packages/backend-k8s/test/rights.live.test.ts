import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { kubectl } from '../../../tools/testbed/kubernetes/bed.ts';
import { apply, bed, FarProject, namespace, TrialProject, until } from './trial.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 240_000, hookTimeout: 180_000 });

const NAME = 'rights';
const README = fileURLToPath(new URL('../README.md', import.meta.url));

interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

/** The role that the README tells people to ask for. */
const rules = (
  parse(/```yaml\n(apiVersion: rbac[\s\S]*?)```/.exec(readFileSync(README, 'utf8'))?.[1] ?? '') as {
    readonly rules: readonly Rule[];
  }
).rules;

/** What it tells those to ask for besides who lead runs in the cluster. */
const leading = parse(
  /```yaml\n( {2}- \{ apiGroups[\s\S]*?)```/.exec(readFileSync(README, 'utf8'))?.[1] ?? '',
) as readonly Rule[];

/** Each verb on each resource of it, with the role that lacks just that. */
const lacking = rules.flatMap(({ apiGroups, resources, verbs }) =>
  resources.flatMap((resource) =>
    verbs.map((verb) => {
      const rest = rules.flatMap((rule) =>
        rule.resources.map((one) => ({ ...rule, resources: [one] })),
      );
      const without = rest.map((rule) =>
        rule.resources[0] === resource && rule.apiGroups[0] === apiGroups[0]
          ? { ...rule, verbs: rule.verbs.filter((one) => one !== verb) }
          : rule,
      );
      return [verb, resource, without] as const;
    }),
  ),
);

let place: Awaited<ReturnType<typeof namespace>>;

function grant(granted: readonly Rule[]): void {
  const metadata = { name: 'orchestrate', namespace: NAME };
  const written = granted.filter(({ verbs }) => verbs.length > 0);
  apply({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata, rules: written });
}

/** A kubeconfig of the account that has the role. */
function kubeconfigOf(folder: string): string {
  const token = kubectl(['-n', NAME, 'create', 'token', 'orchestrate', '--duration=1h'])?.trim();
  const config = JSON.parse(readFileSync(bed().kubeconfig, 'utf8')) as {
    users: { name: string; user: object }[];
  };
  config.users = config.users.map(({ name }) => ({ name, user: { token } }));
  const file = join(folder, 'kubeconfig');
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function farProject(): FarProject {
  const project = new FarProject(NAME, 2, 'true', { backend: { kubeconfig: './kubeconfig' } });
  kubeconfigOf(project.folder);
  return project;
}

function projectWithRole(): TrialProject {
  const project = new TrialProject(NAME, 2, 'true', {
    backend: { kubeconfig: './kubeconfig' },
    // For which a Secret is made.
    task: { env: { SOME: 'value' } },
  });
  kubeconfigOf(project.folder);
  return project;
}

beforeAll(async () => {
  place = await namespace(NAME);
  const metadata = { name: 'orchestrate', namespace: NAME };
  apply(
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'orchestrate' },
      subjects: [{ kind: 'ServiceAccount', name: 'orchestrate', namespace: NAME }],
    },
  );
});
afterAll(() => place[Symbol.asyncDispose]());

describe('the role of the README', () => {
  it('is enough for a run, a cancelled one too, and leaves nothing', async () => {
    grant(rules);
    using project = projectWithRole();
    const doctor = await project.command('doctor');
    const { code, text } = await project.command('run');
    using sleepy = new TrialProject(NAME, 2, 'sleep 600', {
      backend: { kubeconfig: './kubeconfig' },
    });
    kubeconfigOf(sleepy.folder);
    const { ended } = sleepy.start('run');
    await sleepy.begun(2);
    await sleepy.command('cancel');

    expect(doctor.text).toContain('the account has the rights it needs');
    expect(code, text).toBe(0);
    expect((await ended).code).not.toBe(0);
    await until('nothing to be left', () => (project.left().length === 0 ? true : undefined));
  });

  it.each(lacking)(
    'is not enough without %s %s, and doctor says so',
    async (verb, resource, without) => {
      grant(without);
      using project = projectWithRole();

      const { code, text } = await project.command('doctor');

      expect(code).not.toBe(0);
      expect(text).toMatch(new RegExp(`the account may not (.*, )?${verb} ${resource}\\b`));
    },
  );

  it.each([
    ['create', 'jobs'],
    ['list', 'pods'],
    ['create', 'secrets'],
  ])(
    'without %s %s a run says what is forbidden, in the words of the cluster',
    async (verb, resource) => {
      const [, , without = []] =
        lacking.find(([one, other]) => one === verb && other === resource) ?? [];
      grant(without);
      using project = projectWithRole();
      writeFileSync(
        join(project.folder, 'project.yaml'),
        JSON.stringify({
          ...(JSON.parse(readFileSync(join(project.folder, 'project.yaml'), 'utf8')) as object),
          run: { patience: '3s' },
        }),
      );

      const { code, text } = await project.command('run');
      const why = await project.command('why', 'grow.work/n=1');

      expect(code).not.toBe(0);
      expect(text).toMatch(new RegExp(`cannot ${verb} resource .*${resource}`));
      expect(why.text).toMatch(new RegExp(`cannot ${verb} resource .*${resource}`));
      expect(text).not.toContain('    at ');
      expect(project.effects()).toEqual([0, 0]);
    },
  );
});

describe('the rights of those who lead in the cluster', () => {
  it('are enough to lead a run there, with an account made for it', async () => {
    grant([...rules, ...leading]);
    using project = farProject();
    const { code, text } = await project.command('run', '--detach', '--on', 'k8s');

    expect(leading).toHaveLength(3);
    expect(code, text).toBe(0);
    expect(await project.over()).toBe('succeeded');
  });

  it.each([
    ['create', 'pods/exec'],
    ['create', 'roles'],
    ['create', 'serviceaccounts'],
  ])('without %s %s that is said, and nothing is left', async (verb, resource) => {
    const without = leading.map((rule) =>
      rule.resources.includes(resource)
        ? { ...rule, resources: rule.resources.filter((one) => one !== resource) }
        : rule,
    );
    grant([...rules, ...without.filter(({ resources }) => resources.length > 0)]);
    using project = farProject();
    const { code, text } = await project.command('run', '--detach', '--on', 'k8s');

    expect(code).not.toBe(0);
    expect(text).toMatch(new RegExp(`K8S_FORBIDDEN.*cannot (${verb}|get) resource .*${resource}`));
    await until('nothing to be left', () =>
      project.left().every((name) => name.includes('orchestrate-leader-')) ? true : undefined,
    );
  });
});
