import { expect, it } from 'vitest';
import { expectEnd } from '../support/sober.ts';
import { Workspace } from '../support/workspace.ts';

const PROJECT = `name: remembered
backends: { local: { use: local, slots: 1 } }
flows:
  work:
    matrix: { n: { range: [1, 1, 1] } }
    tasks:
      solve: { run: "test -e ready-{{ n }}" }
profiles:
  large: { flows: { work: { matrix: { n: { range: [1, 3, 1] } } } } }
`;

it('goes on with the profiles and settings a run began with', async () => {
  using workspace = new Workspace({ 'project.yaml': PROJECT });
  const began = await workspace.call('run', '--profile', 'large', '--set', 'name=other');
  expectEnd(began, 1);
  for (const n of [1, 2, 3]) workspace.write(`ready-${n}`, '');

  const again = await workspace.call('retry');

  expectEnd(again, 0);
  expect(again.stderr).toContain('as it began: --profile large --set name=other');
  expect(again.stderr).toMatch(/work\.solve +3 +3/);
}, 120_000);
