#!/usr/bin/env node
// Nothing but what every call needs is loaded here: `--version` and the first line of an error must come at once.
import { readFileSync } from 'node:fs';
import module from 'node:module';

const argv = process.argv.slice(2);

/** Commands that lead a run. */
const LEADING = ['run', 'resume', 'retry'];
// A terminal that goes away changes nothing for a run. Said at once: Node takes back what nohup has set.
if (LEADING.includes(argv[0] ?? '')) process.on('SIGHUP', () => {});

/** Read as text: the version must be right in the source tree and in the published package alike. */
function ownVersion(): string {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8');
  return /"version":\s*"([^"]+)"/.exec(manifest)?.[1] ?? 'unknown';
}

if (argv.length === 1 && (argv[0] === '--version' || argv[0] === '-V')) {
  process.stdout.write(`${ownVersion()}\n`);
} else {
  module.enableCompileCache();
  const { main } = await import('./main.ts');
  process.exitCode = await main(argv, ownVersion());
}
