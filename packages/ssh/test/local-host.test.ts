import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import {
  fetchFiles,
  listFolder,
  openLocalHost,
  type RemoteHost,
  sendFiles,
} from '@orchestrate/ssh';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { real } from './surroundings.ts';

let place = '';
let host: RemoteHost;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'orchestrate-local-'));
  host = openLocalHost(real);
});
afterEach(async () => {
  await host[Symbol.asyncDispose]();
  rmSync(place, { recursive: true });
});

const coded = (code: string, outcome?: string) =>
  expect.objectContaining({
    code,
    ...(outcome === undefined ? {} : { details: expect.objectContaining({ outcome }) }),
  });

describe('a command', () => {
  it('gives what it wrote and how it ended, byte for byte', async () => {
    expect(await host.run('printf "a\\n\\n b"; printf err >&2; exit 3')).toEqual({
      code: 3,
      stdout: 'a\n\n b',
      stderr: 'err',
    });
    expect(await host.run('kill -KILL "$(sh -c \'echo $PPID\')"')).toMatchObject({
      code: 137,
      signal: 'SIGKILL',
    });
    expect(await host.run('if then')).toMatchObject({ code: 2, stdout: '' });
    expect(await host.run(['no-such-program'])).toMatchObject({ code: 127 });
  });

  it('echoes any text, over the shell that is shared and over channels of their own', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 50 }), async (given) => {
        const words = given.replaceAll('\0', '');
        const [argv, input, stream] = await Promise.all([
          host.run(['printf', '%s', words]),
          host.run(['cat'], { stdin: given }),
          host.stream(['printf', '%s', words], { stdin: Readable.from([]) }),
        ]);

        expect([argv.stdout, input.stdout, await text(stream.stdout)]).toEqual([
          words,
          given,
          words,
        ]);
        expect((await stream.end).code).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it('finds its folder and variables, and leaves none behind', async () => {
    const folder = join(place, "it's $HOME");
    mkdirSync(folder);

    const first = await host.run('pwd; echo "$A"', { cwd: folder, env: { A: "x'y" } });
    const second = await host.run('cd /; B=1; umask 077; exit 0');
    const third = await host.run('echo "$A$B"; pwd');

    expect(first.stdout).toBe(`${folder}\nx'y\n`);
    expect(second.code).toBe(0);
    expect(third.stdout).toBe(`\n${process.cwd()}\n`);
  });

  it('cannot read the commands that come after it', async () => {
    const [eager, next] = await Promise.all([host.run(['cat']), host.run(['echo', 'next'])]);

    expect([eager.stdout, next.stdout]).toEqual(['', 'next\n']);
  });

  it('runs beside others, each with its own answer', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => host.run(`echo ${index}; exit ${index}`)),
    );

    expect(answers.map(({ code, stdout }) => [code, Number(stdout)])).toEqual(
      Array.from({ length: 40 }, (_, index) => [index, index]),
    );
  });

  it('takes large inputs and outputs', async () => {
    const megabytes = 'x'.repeat(3 * 2 ** 20);

    const { stdout } = await host.run('cat', { stdin: megabytes });

    expect(stdout === megabytes).toBe(true);
    await expect(host.run('yes', { maxOutputBytes: 10_000 })).rejects.toThrow(
      coded('SSH_OUTPUT_TOO_LARGE', 'unknown'),
    );
  });

  it('is ended with all it started when its time is up or its signal comes', async () => {
    const mark = join(place, 'pids');
    const script = `sh -c 'echo $$ >>"$MARK"; sleep 300' & echo $! >>"$MARK"; wait`;
    const stop = new AbortController();
    const given = { env: { MARK: mark } };
    await host.run('true');

    await expect(host.run(script, { ...given, timeoutMs: 400 })).rejects.toThrow(
      coded('SSH_TIMEOUT', 'unknown'),
    );
    const running = host.run(script, { ...given, signal: stop.signal });
    setTimeout(() => stop.abort(new Error('enough')), 400);
    await expect(running).rejects.toThrow('enough');

    const pids = readFileSync(mark, 'utf8').trim().split('\n').map(Number);
    expect(pids.length).toBeGreaterThanOrEqual(2);
    await expect
      .poll(() => pids.filter((pid) => lstatSync(`/proc/${pid}`, { throwIfNoEntry: false })), {
        timeout: 20_000,
      })
      .toEqual([]);
    expect((await host.run(['echo', 'still here'])).stdout).toBe('still here\n');
  });

  it('is told with what is known when the shell dies under it', async () => {
    await host.run('true');

    await expect(host.run('kill -KILL $$; sleep 1')).rejects.toThrow(
      coded('SSH_LINK_LOST', 'unknown'),
    );
    expect((await host.run('echo again')).stdout).toBe('again\n');
  });

  it('is refused once the host is closed, and ends with it', async () => {
    const running = host.run('sleep 30');
    const closed = running.catch((error: unknown) => error);
    await host.run('true');

    await host[Symbol.asyncDispose]();

    expect(await closed).toEqual(coded('SSH_CLOSED'));
    await expect(host.run('true')).rejects.toThrow(coded('SSH_CLOSED'));
    expect(host.status.state).toBe('closed');
  });

  it('counts in the budget', async () => {
    await host.run('true');
    await host.run('true', { cost: 3 });
    await host.run('true', { cost: 0 });

    expect(host.budget.total).toBe(4);
  });
});

describe('a stream', () => {
  it('is read while the command runs and ends with its code', async () => {
    const input = Readable.from([Buffer.from('b\n'), Buffer.from('a\n')]);
    const stream = await host.stream('sort; echo no >&2; exit 7', { stdin: input });

    expect(await text(stream.stdout)).toBe('a\nb\n');
    expect(await stream.end).toEqual({ code: 7, stderr: 'no\n' });
  });

  it('that nobody wants any more is ended', async () => {
    const stop = new AbortController();
    const stream = await host.stream('yes', { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(text(stream.stdout)).rejects.toThrow('enough');
    await expect(stream.end).rejects.toThrow('enough');

    const other = await host.stream(['yes']);
    await other[Symbol.asyncDispose]();
    expect((await other.end).code).toBeGreaterThan(128);
  });
});

/** A folder with one of everything. */
function makeSource(): string {
  const from = join(place, 'from');
  mkdirSync(join(from, 'a b', '\n$(x)'), { recursive: true });
  writeFileSync(join(from, 'a b', '\n$(x)', `-${'n'.repeat(120)}`), 'deep');
  writeFileSync(join(from, "-rf 'q'"), 'odd');
  chmodSync(join(from, "-rf 'q'"), 0o751);
  utimesSync(join(from, "-rf 'q'"), 1e9, 1e9);
  symlinkSync('no where', join(from, 'a b', 'link'));
  mkdirSync(join(from, 'empty'));
  return from;
}

function look(root: string): unknown {
  return listFolder(root)
    .filter(({ path }) => !path.startsWith('.orchestrate-staging'))
    .map(({ path, from }) => {
      const stat = lstatSync(from);
      const kind = stat.isSymbolicLink() ? readlinkSync(from) : stat.mode;
      return [path, kind, stat.isFile() ? [readFileSync(from, 'utf8'), stat.mtimeMs / 1000] : 0];
    })
    .sort(([one], [other]) => String(one).localeCompare(String(other)));
}

const wholeSeconds = (root: string) => {
  for (const { from } of listFolder(root)) {
    if (lstatSync(from).isFile()) utimesSync(from, 1_700_000_000, 1_700_000_000);
  }
};

describe('files', () => {
  it('arrive with names, modes, times and links, once, and come back so', async () => {
    const from = makeSource();
    wholeSeconds(from);
    const [to, back] = [join(place, "t'o"), join(place, 'back')];

    const first = await sendFiles(host, { files: listFolder(from), to });
    const second = await sendFiles(host, { files: listFolder(from), to });
    const fetched = await fetchFiles(host, { from: to, to: back });
    const again = await fetchFiles(host, { from: to, to: back, paths: ['a b', 'none'] });

    expect(first).toEqual({ sent: 6, unchanged: 0, bytes: 7 });
    expect(second).toEqual({ sent: 0, unchanged: 6, bytes: 0 });
    expect(look(to)).toEqual(look(from));
    expect(fetched).toMatchObject({ missing: [], skipped: [], unchanged: 0, bytes: 7 });
    expect(look(back)).toEqual(look(from));
    // Where a link points is not compared: it comes each time.
    expect(again).toMatchObject({ fetched: ['a b/link'], missing: ['none'], unchanged: 3 });
    expect(readdirSync(join(to, '.orchestrate-staging'))).toEqual(['manifest']);
    expect(readdirSync(join(back, '.orchestrate-staging'))).toEqual([]);
  });

  it('are sent again when they changed here or there', async () => {
    const from = makeSource();
    const to = join(place, 'to');
    const files = listFolder(from);
    await sendFiles(host, { files, to });

    writeFileSync(join(from, "-rf 'q'"), 'new');
    rmSync(join(to, 'a b', 'link'));
    const { sent } = await sendFiles(host, { files, to });

    expect(sent).toBe(2);
    expect(readFileSync(join(to, "-rf 'q'"), 'utf8')).toBe('new');
    expect(readlinkSync(join(to, 'a b', 'link'))).toBe('no where');
  });

  it('of which one changes meanwhile are not put in place', async () => {
    const from = join(place, 'grows');
    writeFileSync(from, 'x'.repeat(100));
    const to = join(place, 'to');
    const files = [
      { path: 'x', from },
      {
        get path() {
          // Between the look at the first file and its reading.
          writeFileSync(from, 'y'.repeat(200));
          return 'y';
        },
        from: join(place, 'grows'),
      },
    ];

    await expect(sendFiles(host, { files, to })).rejects.toThrow(coded('SSH_TRANSFER_DIGEST'));
    expect(lstatSync(join(to, 'x'), { throwIfNoEntry: false })).toBeUndefined();
  });

  it('that are large go on where they were cut off, and are checked as a whole', async () => {
    const size = 65 * 2 ** 20;
    const bytes = Buffer.alloc(size, 'abcdefg');
    const from = join(place, 'large');
    writeFileSync(from, bytes, { mode: 0o640 });
    utimesSync(from, 1_700_000_000, 1_700_000_000);
    const to = join(place, 'to');
    const files = [{ path: 'deep/large', from }];
    const stop = new AbortController();
    const watch = setInterval(() => {
      const folder = join(to, '.orchestrate-staging');
      const [part] = lstatSync(folder, { throwIfNoEntry: false }) ? readdirSync(folder) : [];
      if (part !== undefined && lstatSync(join(folder, part)).size > 2 ** 20) stop.abort();
    }, 1);

    await sendFiles(host, { files, to, signal: stop.signal }).catch(() => undefined);
    clearInterval(watch);
    const sent = await sendFiles(host, { files, to });

    const there = join(to, 'deep', 'large');
    expect(sent.sent + sent.unchanged).toBe(1);
    expect(readFileSync(there).equals(bytes)).toBe(true);
    expect(lstatSync(there).mode & 0o777).toBe(0o640);
    expect(lstatSync(there).mtimeMs).toBe(1_700_000_000_000);
    expect((await sendFiles(host, { files, to })).unchanged).toBe(1);

    const back = join(place, 'back');
    await fetchFiles(host, { from: to, to: back });
    expect(readFileSync(join(back, 'deep', 'large')).equals(bytes)).toBe(true);
  });

  it('of which a part was damaged on the way are refused, and come whole with the next try', async () => {
    const from = join(place, 'large');
    writeFileSync(from, Buffer.alloc(65 * 2 ** 20, 'x'));
    const to = join(place, 'to');
    const files = [{ path: 'large', from }];
    const stop = new AbortController();
    const sending = sendFiles(host, { files, to, signal: stop.signal });
    const staging = join(to, '.orchestrate-staging');
    await expect
      .poll(() => {
        const isThere = lstatSync(staging, { throwIfNoEntry: false }) !== undefined;
        return isThere ? readdirSync(staging).join() : '';
      })
      .toMatch(/part-|manifest/);
    stop.abort();
    await sending.catch(() => undefined);
    rmSync(join(to, 'large'), { force: true });
    const [part = ''] = readdirSync(staging).filter((name) => name.startsWith('part-'));
    await host.run('sleep 2');
    writeFileSync(join(staging, part), 'damaged');

    await expect(sendFiles(host, { files, to })).rejects.toThrow(coded('SSH_TRANSFER_DIGEST'));
    expect((await sendFiles(host, { files, to })).sent).toBe(1);
  });

  it.each(['../x', '/x', 'a/../x', 'a//x', '', '.orchestrate-staging/x'])(
    'named %j are refused',
    async (path) => {
      const files = [{ path, from: place }];

      await expect(sendFiles(host, { files, to: join(place, 'to') })).rejects.toThrow(
        coded('SSH_ARGUMENT'),
      );
    },
  );

  it('for which the host has no room or right are told with its words', async () => {
    const from = makeSource();
    writeFileSync(join(place, 'file'), '');

    await expect(
      sendFiles(host, { files: listFolder(from), to: join(place, 'file', 'to') }),
    ).rejects.toThrow(coded('SSH_REMOTE_COMMAND'));
    await expect(fetchFiles(host, { from: join(place, 'none'), to: place })).rejects.toThrow(
      /none/,
    );
  });

  it('do not replace a folder, and nothing is written through a link', async () => {
    const to = join(place, 'to');
    const outside = join(place, 'outside');
    mkdirSync(join(to, 'x'), { recursive: true });
    mkdirSync(outside);
    symlinkSync(outside, join(to, 'd'));
    const from = join(place, 'one');
    writeFileSync(from, '1');
    mkdirSync(join(place, 'd'));

    await expect(sendFiles(host, { files: [{ path: 'x', from }], to })).rejects.toThrow(
      coded('SSH_REMOTE_COMMAND'),
    );
    const through = [
      { path: 'd', from: join(place, 'd') },
      { path: 'd/f', from },
    ];
    await expect(sendFiles(host, { files: through, to })).rejects.toThrow(
      coded('SSH_REMOTE_COMMAND'),
    );
    expect(readdirSync(outside)).toEqual([]);
  });
});
