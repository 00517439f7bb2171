import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { readBed } from '../../../tools/testbed/slurm/description.ts';
import * as faults from '../../../tools/testbed/slurm/faults.ts';
import { FarProject } from './far-project.ts';
import { Site } from './site.ts';

// Only a hang should end a test: the machine may be busy with other things.
vi.setConfig({ testTimeout: 400_000, hookTimeout: 180_000 });

let site: Site;

beforeAll(async () => {
  site = await Site.open();
});
afterEach(() => site.heal());
afterAll(() => site[Symbol.asyncDispose]());

const MEMBERS = 12;

/** Each member ran once, its file is at home, and nothing is left in the queue. */
async function expectWell(project: FarProject, run: { code: number | undefined; text: string }) {
  expect(run.code, run.text).toBe(0);
  expect(project.effects()).toEqual(Array.from({ length: MEMBERS }, () => 1));
  expect(project.broughtHome()).toBe(MEMBERS);
  expect(await site.queue()).toEqual([]);
}

describe('a link that is cut', () => {
  // At these moments files are sent, jobs submitted, looked at, and files fetched; which of them, the machine decides.
  it.each([0.5, 1.5, 3])('for 5 s, %d s after the start of a run', async (seconds) => {
    using project = new FarProject(site, MEMBERS, 'sleep 2');
    const run = project.command(['run']);
    await wait(seconds * 1000);
    await faults.cutLink(site.layout);
    await wait(5000);
    await faults.restoreLink(site.layout);

    await expectWell(project, await run);
  });

  it.runIf(readLong())('for a minute, long after the connection was given up', async () => {
    using project = new FarProject(site, MEMBERS, 'sleep 20');
    const run = project.command(['run']);
    await project.until(1);
    await faults.cutLink(site.layout);
    await wait(60_000);
    await faults.restoreLink(site.layout);

    await expectWell(project, await run);
  });

  it.runIf(readLong())('for five minutes', async () => {
    using project = new FarProject(site, MEMBERS, 'sleep 20');
    const run = project.command(['run']);
    await project.until(1);
    await faults.cutLink(site.layout);
    await wait(300_000);
    await faults.restoreLink(site.layout);

    await expectWell(project, await run);
  });
});

describe('a login host', () => {
  it('is restarted, with all connections ended', async () => {
    using project = new FarProject(site, MEMBERS, 'sleep 4');
    const run = project.command(['run']);
    await project.until(1);
    await faults.killLogin(site.layout);
    await wait(2000);
    await faults.restartSshd(site.layout);

    await expectWell(project, await run);
  });

  it('shows another key than the one that is known: nothing is run, and the fingerprint is told', async () => {
    using project = new FarProject(site, 1, 'true', { wrongKey: true });

    const { code, text } = await project.command(['run']);

    expect(code).not.toBe(0);
    expect(text).toContain('SSH_HOST_KEY_CHANGED');
    expect(text).toContain(readBed(site.layout)?.logins[0]?.fingerprint);
    expect(project.effects()).toEqual([0]);
  });
});

/** Minutes are for those who ask for them. */
function readLong(): boolean {
  return process.env['ORCHESTRATE_LONG_TESTS'] === 'true';
}
