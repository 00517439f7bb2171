/**
 * Test bed of a browser: the Chromium of the distribution, which tests start without a window.
 * `node tools/testbed/browser/bed.ts up|down|status`; each may be called again at any time.
 */
import { spawnSync } from 'node:child_process';

import { installPackages } from '../debian-packages.ts';

/** What a process must have in its environment to use the bed. */
type BedEnvironment = Readonly<Record<string, string>>;

const CHROMIUM = '/usr/bin/chromium';

const PACKAGES = new Map([
  ['chromium', CHROMIUM],
  ['fonts-dejavu-core', '/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf'],
]);

function version(): string | undefined {
  const { status, stdout } = spawnSync(CHROMIUM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Brings the bed up. The environment to use it with, or why it could not. */
export function bringUp(): BedEnvironment | { readonly reason: string } {
  const missing = installPackages(PACKAGES);
  if (missing !== undefined) return { reason: missing };
  if (version() === undefined) return { reason: 'chromium does not start' };
  return { ORCHESTRATE_TESTBED_BROWSER: CHROMIUM };
}

/** Takes the bed down. Nothing runs between tests and nothing is kept; the package stays. */
export function bringDown(): void {}

function act(verb: string | undefined): number {
  if (verb === 'status') console.log(`browser: ${version() ?? 'down'}`);
  else if (verb === 'up') {
    const bed = bringUp();
    if ('reason' in bed) {
      console.log(`did not run: browser (${bed.reason})`);
      return 1;
    }
    for (const [name, value] of Object.entries(bed)) console.log(`${name}=${value}`);
  } else if (verb === 'down') bringDown();
  else {
    console.error('usage: node tools/testbed/browser/bed.ts up|down|status');
    return 2;
  }
  return 0;
}

if (import.meta.main) process.exitCode = act(process.argv[2]);
