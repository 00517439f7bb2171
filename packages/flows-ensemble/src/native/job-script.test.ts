import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NativeConfig } from '../config/native-config.ts';
import { jobScript, NO_PROGRESS_CODE, shellText, UNFINISHED_CODE } from './job-script.ts';

/** A directory of a member in which attempts are made. */
class MemberFolder implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'ensemble-job-'));

  attempt(
    options: object,
    attempt: number,
  ): { readonly code: number | null; readonly said: string } {
    const config = NativeConfig.parse({ template: 't', ...options });
    const script = (jobScript(config) ?? '').replaceAll('{{ attempt }}', String(attempt));
    const ended = spawnSync('bash', ['-euo', 'pipefail', '-c', script], {
      // As jobs are started. With a socket there, bash may take itself for one that somebody logged in to.
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: this.path,
      encoding: 'utf8',
    });
    return { code: ended.status, said: `${ended.stdout}${ended.stderr}` };
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true });
  }
}

describe('the script of a job', () => {
  it('starts a job file by bash when it may not be executed', () => {
    using folder = new MemberFolder();
    writeFileSync(join(folder.path, 'it is.sh'), 'echo "by $0"', { mode: 0o644 });

    expect(folder.attempt({ job: 'it is.sh' }, 1)).toEqual({ code: 0, said: 'by ./it is.sh\n' });
  });

  it('ends with the exit code of its work', () => {
    using folder = new MemberFolder();

    expect(folder.attempt({ run: 'exit 3', progress: 'x*' }, 1).code).toBe(3);
  });

  it('is unfinished when the work ended well and the probe says no', () => {
    using folder = new MemberFolder();

    expect(folder.attempt({ run: 'true', success: 'test -s out' }, 1).code).toBe(UNFINISHED_CODE);
  });

  it('has succeeded when the probe says so, whatever the work says', () => {
    using folder = new MemberFolder();

    expect(folder.attempt({ run: 'echo 1 > out; exit 9', success: 'test -s out' }, 1).code).toBe(0);
  });

  it('fails a probe of several commands at the first that fails', () => {
    using folder = new MemberFolder();
    const success = 'test -s out\ntrue';

    expect(folder.attempt({ run: 'true', success }, 1).code).toBe(UNFINISHED_CODE);
  });

  it('does not work again when the member was finished before it was ended', () => {
    using folder = new MemberFolder();
    const options = { run: 'echo again >> out; kill -KILL $$', success: 'test -s out' };
    folder.attempt(options, 1);

    const ended = folder.attempt(options, 2);

    expect(ended.code).toBe(0);
    expect(readFileSync(join(folder.path, 'out'), 'utf8')).toBe('again\n');
  });

  it('does not take for success what was there before the first attempt', () => {
    using folder = new MemberFolder();
    writeFileSync(join(folder.path, 'out'), 'of the run before');
    const options = { run: '[ -e half ] || { : > half; exit 3; }', success: 'test -s out' };

    const codes = [1, 2].map((attempt) => folder.attempt(options, attempt).code);

    expect(codes).toEqual([3, 0]);
    expect(existsSync(join(folder.path, 'half'))).toBe(true);
  });

  it('gives up a member whose files have not changed since the attempt before', () => {
    using folder = new MemberFolder();
    const options = { run: 'exit 1', progress: 'checkpoint*' };

    expect(folder.attempt(options, 1).code).toBe(1);
    expect(folder.attempt(options, 2).code).toBe(NO_PROGRESS_CODE);
  });

  it('takes a file that is not there yet for no progress, and not for a failure', () => {
    using folder = new MemberFolder();
    const options = { run: 'exit 4', progress: 'checkpoint.json' };

    const codes = [1, 2].map((attempt) => folder.attempt(options, attempt).code);

    expect(codes).toEqual([4, NO_PROGRESS_CODE]);
  });

  it('goes on with a member that gets further each time', () => {
    using folder = new MemberFolder();
    const options = { run: 'echo step >> checkpoint.1; exit 1', progress: 'checkpoint*' };

    const codes = [1, 2, 3, 4].map((attempt) => folder.attempt(options, attempt).code);

    expect(codes).toEqual([1, 1, 1, 1]);
  });

  it('bears as many attempts without progress as it is told to', () => {
    using folder = new MemberFolder();
    const options = { run: 'exit 1', progress: { run: 'echo same', patience: 2 } };

    const codes = [1, 2, 3].map((attempt) => folder.attempt(options, attempt).code);

    expect(codes).toEqual([1, 1, NO_PROGRESS_CODE]);
  });

  it('leaves plain work as it is', () => {
    expect(
      jobScript(NativeConfig.parse({ template: 't', run: ['model', '{{ x }}'] })),
    ).toBeUndefined();
  });
});

describe('shellText', () => {
  it('keeps every word what it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (given) => {
        const words = given.map((word) => word.replaceAll('\0', '').replaceAll('{{', '{ {'));
        const text = shellText(['printf', '%s\\n', ...words]);

        const { stdout } = spawnSync('bash', ['-c', text]);

        expect(stdout.toString()).toBe(words.map((word) => `${word}\n`).join(''));
      }),
      { numRuns: 60 },
    );
  });

  it('leaves expressions for the engine to quote', () => {
    expect(shellText(['echo', "a b{{ x }}c'd"])).toBe("'echo' 'a b'{{ x }}'c'\\''d'");
  });

  it('runs nothing that a word says', () => {
    using folder = new MemberFolder();
    const mark = join(folder.path, 'mark');

    spawnSync('bash', ['-c', shellText(['echo', `$(touch ${mark})`, `\`touch ${mark}\``])]);

    expect(existsSync(mark)).toBe(false);
  });
});
