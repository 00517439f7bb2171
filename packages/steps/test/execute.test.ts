import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { check } from '../src/check/check.ts';
import { execute } from '../src/execute/execute.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';

const context = contextFor();
const POSIX = 'sh';

async function until(holds: () => boolean): Promise<void> {
  const patience = AbortSignal.timeout(20_000);
  while (!holds()) {
    patience.throwIfAborted();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

describe('execute', () => {
  it('gives words to the program as they are', async () => {
    const words = ['$HOME', 'a b', "it's", '*', ';true', ''];

    const result = await execute({ run: ['printf', '[%s]', ...words], capture: 'text' }, context);

    expect(result).toBe(words.map((word) => `[${word}]`).join(''));
  });

  it.each([
    ['text', 'printf "a\\n\\n"', 'a\n'],
    ['lines', 'printf "a\\n b\\n"', ['a', ' b']],
    ['lines', 'true', []],
    ['json', 'echo "{\\"a\\": [1, 2]}"', { a: [1, 2] }],
    ['none', 'true', undefined],
  ])('captures %s of %s', async (capture, run, expected) => {
    expect(await execute({ run, capture }, context)).toEqual(expected);
  });

  it('runs a text in a shell that stops at the first failure, also inside a pipe', async () => {
    const error = await errorOf(() =>
      execute({ run: 'echo before; false | cat; echo after' }, context),
    );

    expect(error).toMatchObject({ code: 'STEP_EXIT', details: { code: 1, program: 'bash' } });
    expect(error.message).toContain('before');
    expect(error.message).not.toContain('after');
  });

  it('fails on a variable that is not set in sh', async () => {
    expect(await codeOf(() => execute({ run: 'echo $nothing_here', shell: POSIX }, context))).toBe(
      'STEP_EXIT',
    );
  });

  it('takes the shell that is named by words', async () => {
    expect(
      await execute({ run: 'echo $nothing_here$0', shell: ['sh', '-f'], capture: 'text' }, context),
    ).toBe('sh');
  });

  it('runs in its directory with its variables and those of the task', async () => {
    using folder = temporaryFolder();

    const result = await execute(
      {
        run: 'pwd -P; echo "$STEP_TEST"; echo "${PATH:+path}"',
        directory: folder.path,
        environment: { STEP_TEST: 'a "b"' },
        capture: 'lines',
      },
      context,
    );

    expect(result).toEqual([realpathSync(folder.path), 'a "b"', 'path']);
  });

  it('tells the code when errors are ignored, also that of a signal', async () => {
    expect(await execute({ run: 'exit 7', ignoreErrors: true }, context)).toEqual({ code: 7 });
    expect(await execute({ run: 'kill -9 $$', ignoreErrors: true }, context)).toEqual({
      code: 137,
    });
    expect(
      await execute({ run: 'printf half; exit 3', ignoreErrors: true, capture: 'json' }, context),
    ).toEqual({ code: 3, output: 'half' });
  });

  it('refuses more output than a result may hold, and what is not JSON', async () => {
    const full = { run: 'head -c 262144 /dev/zero | tr "\\0" x', capture: 'text' };
    const over = { run: 'head -c 262145 /dev/zero | tr "\\0" x', capture: 'text' };

    expect(await execute(full, context)).toHaveLength(262_144);
    expect(await codeOf(() => execute(over, context))).toBe('STEP_OUTPUT');
    expect(await codeOf(() => execute({ run: 'echo {', capture: 'json' }, context))).toBe(
      'STEP_OUTPUT',
    );
  });

  it('names a missing program and a missing directory', async () => {
    expect(await codeOf(() => execute({ run: ['no-such-program'] }, context))).toBe(
      'STEP_PROGRAM_MISSING',
    );
    expect(await codeOf(() => execute({ run: 'true', directory: '/no/such' }, context))).toBe(
      'STEP_PATH',
    );
  });

  it('names all wrong arguments at once, without their values', async () => {
    const error = await errorOf(() =>
      execute({ run: 'true', captur: 'secret-word', timeoutSeconds: -1 }, context),
    );

    expect(error).toMatchObject({ code: 'STEP_ARGUMENTS' });
    expect(error.message).toMatch(/captur.*capture/);
    expect(error.message).toContain('timeoutSeconds');
    expect(error.message).not.toContain('secret-word');
  });

  it('ends the whole process group when the time is up, also those that refuse SIGTERM', async () => {
    using folder = temporaryFolder();
    const pids = join(folder.path, 'pids');

    const code = await codeOf(() =>
      execute(
        {
          run: `trap '' TERM; (trap '' TERM; sleep 600) & echo $! > ${pids}; sleep 600`,
          timeoutSeconds: 2,
        },
        context,
      ),
    );

    expect(code).toBe('STEP_TIMEOUT');
    await until(() => !isAlive(Number(readFileSync(pids, 'utf8'))));
  });

  it('ends the whole process group when it is stopped', async () => {
    using folder = temporaryFolder();
    const stopping = contextFor();
    const file = join(folder.path, 'pid');

    const running = codeOf(() =>
      execute({ run: `sleep 600 & echo $! > ${file}.new; mv ${file}.new ${file}; wait` }, stopping),
    );
    await until(() => existsSync(file));
    stopping.abort.abort();

    expect(await running).toBe('STEP_STOPPED');
    await until(() => !isAlive(Number(readFileSync(file, 'utf8'))));
  });

  it('does not wait for what a program leaves behind, and ends it', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'pid');

    await execute({ run: `sleep 600 & echo $! > ${file}` }, context);

    await until(() => !isAlive(Number(readFileSync(file, 'utf8'))));
  });

  it('starts nothing once it is stopped', async () => {
    using folder = temporaryFolder();
    const stopped = contextFor();
    stopped.abort.abort();

    const code = await codeOf(() =>
      execute({ run: 'touch made', directory: folder.path }, stopped),
    );

    expect(code).toBe('STEP_STOPPED');
    expect(existsSync(join(folder.path, 'made'))).toBe(false);
  });
});

describe('check', () => {
  it('gives what was printed when it passes', async () => {
    expect(await check({ run: 'echo fine' }, context)).toEqual({
      passed: true,
      code: 0,
      output: 'fine',
    });
  });

  it('fails with the last lines, or tells them when it is tolerant', async () => {
    const run = 'seq 100; echo no >&2; exit 4';

    const error = await errorOf(() => check({ run }, context));

    expect(error).toMatchObject({ code: 'STEP_CHECK_FAILED', details: { code: 4 } });
    expect(error.message).toMatch(/exit code 4.*\n(?:9\d\n){8}100\nno$/s);
    expect(await check({ run, tolerant: true }, context)).toMatchObject({ passed: false, code: 4 });
  });
});
