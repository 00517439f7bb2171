import { lstatSync, readdirSync, statfsSync } from 'node:fs';
import { stepError } from '../errors.ts';
import { runProgram } from '../program/program.ts';
import { throwIfStopped } from '../stopped.ts';
import { sayingWhat } from '../system-error.ts';
import type { QuotaSource } from './args.ts';
import { parseShares } from './fair-share.ts';
import { parseQuota, type QuotaLine, saysNone } from './quota-table.ts';

const MOST_BYTES = 1_048_576;

/** What one source says. */
export interface Answer {
  /** Bytes, or for a fair share the factor; infinite where there is no limit. */
  readonly free: number;
  readonly from: string;
}

async function printed(argv: readonly string[], signal: AbortSignal): Promise<string> {
  const environment = { LC_ALL: 'C' };
  const end = await runProgram({
    argv,
    environment,
    signal,
    keepBytes: MOST_BYTES,
    stdout: 'quiet',
    timeoutSeconds: 60,
  });
  // quota ends with 1 when an account is over its limit, and still prints everything.
  if (end.code === 0 || end.stdout !== '') return end.stdout;
  throw unknown(argv, `exit code ${end.code}: ${end.errorTail}`);
}

function unknown(argv: readonly string[], why: string): Error {
  const command = argv.join(' ');
  return stepError('STEP_QUOTA_UNKNOWN', `${command} does not tell what is left: ${why}.`, {
    details: { command },
  });
}

function leastFree(lines: readonly QuotaLine[]): Answer | undefined {
  const answers = lines.map(({ fileSystem, used, limit }) => ({
    free: limit - used,
    from: fileSystem,
  }));
  return answers.sort((a, b) => a.free - b.free)[0];
}

async function askQuota(
  argv: readonly string[],
  path: string | undefined,
  signal: AbortSignal,
): Promise<Answer> {
  const text = await printed(argv, signal);
  const lines = parseQuota(text);
  const answer = leastFree(
    path === undefined ? lines : lines.filter(({ fileSystem }) => fileSystem === path),
  );
  if (answer !== undefined) return answer;
  if (lines.length === 0 && saysNone(text))
    return { free: Number.POSITIVE_INFINITY, from: 'no quota' };
  const names = lines.map(({ fileSystem }) => fileSystem).join(', ');
  throw unknown(argv, path === undefined ? 'no line with numbers' : `no ${path} among ${names}`);
}

/** Bytes of all files below a folder. */
function sizeOf(path: string, signal: AbortSignal): number {
  throwIfStopped(signal);
  return readdirSync(path, { withFileTypes: true }).reduce((sum, entry) => {
    const full = `${path}/${entry.name}`;
    return sum + (entry.isDirectory() ? sizeOf(full, signal) : lstatSync(full).size);
  }, 0);
}

async function askShare(
  { command, account }: QuotaSource & { readonly use: 'fair-share' },
  signal: AbortSignal,
): Promise<Answer> {
  const shares = parseShares(await printed(command, signal)).filter(
    (share) => account === undefined || share.account === account,
  );
  const best = shares.sort((a, b) => b.fairShare - a.fairShare)[0];
  if (best === undefined) throw unknown(command, `no fair share of ${account ?? 'any account'}`);
  return { free: best.fairShare, from: best.account };
}

/** Asks one source how much is free. */
export async function askSource(source: QuotaSource, signal: AbortSignal): Promise<Answer> {
  switch (source.use) {
    case 'df': {
      const { bavail, bsize } = sayingWhat('ask for space on', source.path, () =>
        statfsSync(source.path),
      );
      return { free: bavail * bsize, from: source.path };
    }
    case 'quota':
      return askQuota(source.command, source.path, signal);
    case 'lfs':
      return askQuota([...source.command, source.path], undefined, signal);
    case 'directory': {
      const size = sayingWhat('count', source.path, () => sizeOf(source.path, signal));
      return { free: source.limit - size, from: source.path };
    }
    case 'fair-share':
      return askShare(source, signal);
  }
}
