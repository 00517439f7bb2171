import { setTimeout as wait } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
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

const MEMBERS = 8;

describe('a disk of the cluster that is full', () => {
  it('is told before anything is sent, and the run goes on by itself once there is room', async () => {
    using project = new FarProject(site, MEMBERS, 'true', { smallDisk: true });
    faults.fillDisk(site.layout);
    const run = project.command(['run']);
    await wait(8000);
    const status = await project.command(['status']);
    const why = await project.command(['why', 'grow.work/n=1']);
    const before = project.effects();
    faults.emptyDisk(site.layout);
    const ended = await run;

    expect(before).toEqual(Array.from({ length: MEMBERS }, () => 0));
    expect(status.text).toMatch(
      /! hpc (took no jobs, and is asked again|is paused): .* has no room/,
    );
    expect(why.text).toMatch(/is ready .*hpc .* has no room/);
    expect(ended.text).toMatch(/has no room/);
    expect(ended.code, ended.text).toBe(0);
    expect(project.effects()).toEqual(Array.from({ length: MEMBERS }, () => 1));
    expect(project.broughtHome()).toBe(MEMBERS);
    expect(await site.queue()).toEqual([]);
  });

  it('fills up while jobs run: none is lost, none runs twice at once, and what failed says why', async () => {
    using project = new FarProject(site, MEMBERS, 'sleep 3', { smallDisk: true });
    const run = project.command(['run']);
    await project.until(4);
    faults.fillDisk(site.layout);
    await wait(10_000);
    faults.emptyDisk(site.layout);
    const ended = await run;
    const first = project.effects();
    const again = ended.code === 0 ? ended : await project.command(['run']);

    expect([0, 1]).toContain(ended.code);
    expect(again.code, `${ended.text}\n---\n${again.text}`).toBe(0);
    expect(
      first.every((times) => times === 1),
      String(first),
    ).toBe(true);
    expect(project.broughtHome()).toBe(MEMBERS);
    expect(await site.queue()).toEqual([]);
  });
});
