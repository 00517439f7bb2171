import { openLocalHost } from '@orchestrate/ssh';
import { afterEach, expect, it } from 'vitest';
import { real } from './surroundings.ts';

afterEach(() => {
  delete process.env['ORCHESTRATE_SECRET_TIDE'];
  delete process.env['ORCHESTRATE_PLACE'];
});

it('gives commands on this machine its environment, without the secrets of projects', async () => {
  process.env['ORCHESTRATE_SECRET_TIDE'] = 'five fathoms';
  process.env['ORCHESTRATE_PLACE'] = 'Holm';
  await using host = openLocalHost(real);
  const { stdout } = await host.run('echo "${ORCHESTRATE_SECRET_TIDE-none} $ORCHESTRATE_PLACE"');
  expect(stdout).toBe('none Holm\n');
});
