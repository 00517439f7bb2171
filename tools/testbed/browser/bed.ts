/**
 * Test bed of a browser: the Chromium of the distribution, which tests start without a window.
 * `node tools/testbed/browser/bed.ts up|down|status`; each may be called again at any time.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** What a process must have in its environment to use the bed. */
type BedEnvironment = Readonly<Record<string, string>>;

const CHROMIUM = '/usr/bin/chromium';

function apt(...args: readonly string[]): boolean {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] }).status === 0;
}

/** Installs the browser where it is missing. Why it could not, or `undefined`. */
function installMissing(): string | undefined {
  if (existsSync(CHROMIUM)) return undefined;
  if (process.platform !== 'linux') return `needs Linux, this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'only root can install chromium';
  if (!existsSync('/usr/bin/apt-get')) return 'no apt-get to install chromium';
  const install = ['install', '-y', '--no-install-recommends', 'chromium', 'fonts-dejavu-core'];
  if (apt(...install) || (apt('update') && apt(...install))) return undefined;
  return 'apt-get could not install chromium';
}

function version(): string | undefined {
  const { status, stdout } = spawnSync(CHROMIUM, ['--version'], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() : undefined;
}

/** Brings the bed up. The environment to use it with, or why it could not. */
export function bringUp(): BedEnvironment | { readonly reason: string } {
  const missing = installMissing();
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
