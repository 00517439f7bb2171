import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { followPage } from './follow.ts';
import { allPages, serversOf } from './markdown.ts';

const pages = allPages().filter((page) => serversOf(page).includes('slurm'));

/** What the pages have people set before they begin. */
beforeAll(() => {
  const bed = process.env['ORCHESTRATE_TESTBED_SLURM'] ?? '/tmp/orchestrate-testbed-slurm';
  const { logins } = JSON.parse(readFileSync(join(bed, 'bed.json'), 'utf8')) as {
    readonly logins: readonly { readonly host: string }[];
  };
  process.env['BED'] = bed;
  process.env['LOGIN_HOST'] = logins[0]?.host;
});

// Only run where the bed is up; a page that needs it and is not followed would be a page nobody has tried.
it.each(pages)(
  '%s shows what a terminal shows',
  async (page) => {
    expect(await followPage(page)).toBe('');
  },
  300_000,
);
