import { homedir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { followPage } from '../docs/follow.ts';
import { allPages, serversOf } from '../docs/markdown.ts';

const pages = allPages().filter((page) => serversOf(page).includes('kubernetes'));

/** What the pages have people set before they begin; `kubectl` is theirs. */
beforeAll(() => {
  process.env['KUBECONFIG'] =
    process.env['ORCHESTRATE_TESTBED_KUBECONFIG'] ??
    join(homedir(), '.cache/orchestrate-testbed/kubernetes/pki/admin.kubeconfig');
  const kubectl = process.env['ORCHESTRATE_TESTBED_KUBECTL'];
  if (kubectl === undefined) return;
  process.env['PATH'] = `${dirname(kubectl)}${delimiter}${process.env['PATH'] ?? ''}`;
});

it.each(pages)(
  '%s shows what a terminal shows',
  async (page) => {
    expect(await followPage(page)).toBe('');
  },
  300_000,
);
