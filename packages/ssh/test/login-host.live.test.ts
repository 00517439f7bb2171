import { execFileSync, spawn } from 'node:child_process';
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { inspect } from 'node:util';
import {
  fetchFiles,
  type HostOptions,
  openHost,
  type RemoteHost,
  SshConfig,
} from '@orchestrate/ssh';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { authorize, makeKey, type Sshd, startSshd } from './sshd.ts';
import { real } from './surroundings.ts';

let sshd: Sshd;
const open: RemoteHost[] = [];
beforeAll(async () => {
  sshd = await startSshd();
});
afterEach(async () => {
  for (const host of open.splice(0)) await host[Symbol.asyncDispose]();
});
afterAll(() => sshd[Symbol.asyncDispose]());

const coded = (code: string, outcome?: string) =>
  expect.objectContaining({
    code,
    ...(outcome === undefined ? {} : { details: expect.objectContaining({ outcome }) }),
  });

function at(server: Sshd, config: object = {}, options: Partial<HostOptions> = {}): RemoteHost {
  const host = openHost(
    SshConfig.parse({
      host: '127.0.0.1',
      port: server.port,
      identityFile: server.userKey,
      knownHosts: server.knownHosts,
      commandsPerMinute: 100_000,
      ...config,
    }),
    { ...real, ...options },
  );
  open.push(host);
  return host;
}

describe.each(['ssh2', 'system'])('over %s', (via) => {
  it('commands give what they wrote and how they ended', async () => {
    const host = at(sshd, { via });

    expect(await host.run('printf "a\\n b"; printf err >&2; exit 3')).toEqual({
      code: 3,
      stdout: 'a\n b',
      stderr: 'err',
    });
    expect(await host.run(['printf', '%s', '$(id) \'"\n`x` \u00e9'])).toMatchObject({
      stdout: '$(id) \'"\n`x` \u00e9',
    });
    const large = 'x'.repeat(2 ** 20);
    expect((await host.run('cat', { stdin: large })).stdout === large).toBe(true);
    expect(await host.run('kill -TERM "$(sh -c \'echo $PPID\')"', { stdin: large })).toMatchObject({
      code: 143,
      signal: 'SIGTERM',
    });
    expect(host.status).toMatchObject({ state: 'connected', via, host: '127.0.0.1' });
  });

  it('more commands than the host allows sessions are all run', async () => {
    await using narrow = await startSshd(['MaxSessions 4']);
    const host = at(narrow, { via });

    const streams = await Promise.all(
      Array.from({ length: 15 }, async (_, index) => {
        const stdin = Readable.from([Buffer.from(String(index))]);
        const stream = await host.stream('cat; sleep 0.1', { stdin });
        return text(stream.stdout);
      }),
    );
    const runs = await Promise.all(
      Array.from({ length: 15 }, async (_, index) => (await host.run(`exit ${index}`)).code),
    );

    expect(streams.map(Number)).toEqual(Array.from({ length: 15 }, (_, index) => index));
    expect(runs).toEqual(Array.from({ length: 15 }, (_, index) => index));
  });

  it('talk of start-up files comes into no answer', async () => {
    const noise = 'printf "Welcome\\0b 1"; printf "0123b 5\\nquota exceeded" >&2';
    await using loud = await startSshd([
      `ForceCommand ${noise}; exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"`,
    ]);
    const host = at(loud, { via });

    expect(await host.run('printf x; exit 4')).toEqual({ code: 4, stdout: 'x', stderr: '' });
    const stream = await host.stream(['printf', 'y']);
    expect([await text(stream.stdout), await stream.end]).toEqual(['y', { code: 0, stderr: '' }]);
  });

  it('a host that lets nobody work is told with its words', async () => {
    await using closed = await startSshd([
      'ForceCommand echo "This account is closed until Monday."; exit 1',
    ]);

    await expect(at(closed, { via }).run('true', { timeoutMs: 4000 })).rejects.toThrow(
      /closed until Monday/,
    );
  });

  it('what was under way when the link is cut is unknown, and done again only if it may be', async () => {
    await using server = await startSshd();
    const host = at(server, { via });
    const states: string[] = [];
    using _listening = host.onStatus(({ state }) => states.push(state));
    const marks = join(server.folder, 'marks');
    const script = `echo once >>'${marks}'; sleep 2; echo done`;
    await host.run('true');

    const once = host.run(script);
    const told = once.catch((error: unknown) => error);
    const again = host.run(script, { idempotent: true });
    await expect.poll(() => linesIn(marks)).toBe(2);
    await server.stop();
    expect(await told).toEqual(coded('SSH_LINK_LOST', 'unknown'));
    const waiting = host.run(['echo', 'later']);
    await server.start();

    expect((await again).stdout).toBe('done\n');
    expect((await waiting).stdout).toBe('later\n');
    expect(linesIn(marks)).toBe(3);
    expect(states.slice(0, 2)).toEqual(['connecting', 'connected']);
    expect(states).toContain('lost');
    expect(states.at(-1)).toBe('connected');
  });

  it('a dead login host is set aside while another one serves', async () => {
    const host = at(sshd, { via, host: undefined, hosts: ['127.0.0.2', '127.0.0.1'] });

    expect((await host.run('echo served')).stdout).toBe('served\n');
    expect(host.status).toMatchObject({
      state: 'connected',
      host: '127.0.0.1',
      setAside: [{ host: '127.0.0.2' }],
    });
  });

  it('a host that is not there is told within the time, as not sent', async () => {
    const host = at(sshd, { via, host: '127.0.0.2' });

    await expect(host.run('true', { timeoutMs: 1500 })).rejects.toThrow(
      coded('SSH_UNREACHABLE', 'not-sent'),
    );
  });

  it.each([
    ['unknown', '', 'SSH_HOST_KEY_UNKNOWN'],
    ['another one', 'KEY', 'SSH_HOST_KEY_CHANGED'],
  ])('a host whose key is %s is refused with its fingerprint', async (_what, line, code) => {
    const other = makeKey(join(sshd.folder, `other-${via}-${code}`));
    const [type, base64] = readFileSync(`${other}.pub`, 'utf8').split(' ');
    const knownHosts = join(sshd.folder, `known-${via}-${code}`);
    writeFileSync(knownHosts, line && `[127.0.0.1]:${sshd.port} ${type} ${base64}\n`);

    const refused = at(sshd, { via, knownHosts }).run('true');

    await expect(refused).rejects.toThrow(coded(code));
  });

  it('a new key is written down where that is wanted, and then holds', async () => {
    const knownHosts = join(sshd.folder, `fresh-${via}`);
    const config = { via, knownHosts, strictHostKey: 'accept-new' };

    expect((await at(sshd, config).run('echo in')).stdout).toBe('in\n');
    expect(readFileSync(knownHosts, 'utf8')).toMatch(/^(\[127|\|1\|)/);
    expect((await at(sshd, { ...config, strictHostKey: 'yes' }).run('echo in')).stdout).toBe(
      'in\n',
    );
  });

  it('a key that the host does not know asks for a login, and says so', async () => {
    const identityFile = makeKey(join(sshd.folder, `stranger-${via}`));
    const host = at(sshd, { via, identityFile });

    await expect(host.run('true')).rejects.toThrow(coded('SSH_LOGIN_REQUIRED', 'not-sent'));
    expect(host.status.state).toBe('waiting-for-login');
  });

  it('no word of a command or its variables stands in a process list', async () => {
    const host = at(sshd, { via });

    const { stdout } = await host.run('ps -A -o args= | grep -c "[x]yz-secret"', {
      env: { SECRET: 'xyz-secret' },
    });
    const stream = await host.stream(': xyz-secret; ps -A -o args= | grep -c "[x]yz-secret"');

    expect([stdout, await text(stream.stdout)]).toEqual(['0\n', '0\n']);
  });
});

function linesIn(file: string): number {
  try {
    return readFileSync(file, 'utf8').split('\n').length - 1;
  } catch {
    return 0;
  }
}

describe('ways to log in', () => {
  it('with a key that has a passphrase, a person is asked, and only then', async () => {
    const locked = join(sshd.folder, 'locked');
    const passphrase = 'correct horse';
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', locked]);
    authorize(sshd, readFileSync(`${locked}.pub`, 'utf8'));
    const config = { via: 'ssh2', identityFile: locked };
    const asked: string[] = [];
    const prompter = (answers: string[]) => async (question: { text: string }) => {
      asked.push(question.text);
      return answers.shift();
    };

    const host = at(sshd, config, { prompter: prompter(['wrong', passphrase]) });
    expect((await host.run('echo in')).stdout).toBe('in\n');
    expect(asked).toHaveLength(2);

    const refused = await at(sshd, config)
      .run('true')
      .then(String, (error: Error) => error);
    expect(refused).toEqual(coded('SSH_LOGIN_REQUIRED'));
    expect(inspect(refused)).toContain('ssh-add');
    expect(inspect(refused, { depth: 9 })).not.toContain(passphrase);
  });

  it('with an agent', async () => {
    const socket = join(sshd.folder, 'agent');
    const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    const before = process.env['SSH_AUTH_SOCK'];
    try {
      const env = { ...process.env, SSH_AUTH_SOCK: socket };
      await expect
        .poll(() => {
          try {
            execFileSync('ssh-add', ['-q', sshd.userKey], { env, stdio: 'ignore' });
            return true;
          } catch {
            return false;
          }
        })
        .toBe(true);
      process.env['SSH_AUTH_SOCK'] = socket;

      const host = at(sshd, { via: 'ssh2', identityFile: join(sshd.folder, 'none') });

      expect((await host.run('echo in')).stdout).toBe('in\n');
    } finally {
      if (before === undefined) delete process.env['SSH_AUTH_SOCK'];
      else process.env['SSH_AUTH_SOCK'] = before;
      agent.kill();
    }
  });

  it('through another host, whose key is checked as well', async () => {
    await using gate = await startSshd();
    authorize(gate, readFileSync(`${sshd.userKey}.pub`, 'utf8'));
    const knownHosts = join(sshd.folder, 'known-both');
    writeFileSync(knownHosts, readFileSync(sshd.knownHosts));
    const host = () => at(sshd, { via: 'ssh2', jump: `127.0.0.1:${gate.port}`, knownHosts });

    await expect(host().run('true')).rejects.toThrow(coded('SSH_HOST_KEY_UNKNOWN'));
    appendFileSync(knownHosts, readFileSync(gate.knownHosts));
    expect((await host().run('echo "$SSH_CONNECTION"')).stdout).toContain(String(sshd.port));
    await gate.stop();
    await expect(host().run('true', { timeoutMs: 1000 })).rejects.toThrow(coded('SSH_UNREACHABLE'));
  });

  it('a key that is hashed in known_hosts is known, and one that is revoked is not', async () => {
    const knownHosts = join(sshd.folder, 'hashed');
    writeFileSync(knownHosts, readFileSync(sshd.knownHosts));
    execFileSync('ssh-keygen', ['-q', '-H', '-f', knownHosts], { stdio: 'ignore' });
    expect(readFileSync(knownHosts, 'utf8')).toMatch(/^\|1\|/);

    expect((await at(sshd, { via: 'ssh2', knownHosts }).run('echo in')).stdout).toBe('in\n');

    const [, key] = readFileSync(sshd.knownHosts, 'utf8').split(/ (.*)/s);
    appendFileSync(knownHosts, `@revoked * ${key}`);
    await expect(at(sshd, { via: 'ssh2', knownHosts }).run('true')).rejects.toThrow(
      coded('SSH_HOST_KEY_REVOKED'),
    );
  });

  it('a password goes over ssh2 only, and into no message', async () => {
    const config = { identityFile: join(sshd.folder, 'none'), password: 'hunter2-secret' };
    const errors = await Promise.all(
      ['system', 'ssh2'].map((via) =>
        at(sshd, { ...config, via })
          .run('true')
          .catch((error: Error) => error),
      ),
    );

    expect(errors).toEqual([coded('SSH_CONFIG'), coded('SSH_LOGIN_REQUIRED')]);
    expect(inspect(errors, { depth: 9 })).not.toContain('hunter2-secret');
  });

  it('a host that accepts and says nothing is given up in time', async () => {
    const silent = createServer((socket) => void socket.on('error', () => undefined));
    silent.listen(0, '127.0.0.1');
    await expect.poll(() => silent.listening).toBe(true);
    try {
      const { port } = silent.address() as { port: number };
      const host = at(sshd, { via: 'ssh2', port, connectTimeout: 0.3 });

      await expect(host.run('true', { timeoutMs: 1200 })).rejects.toThrow(/no login within/);
    } finally {
      silent.close();
    }
  });
});

it('what a host sends that was not asked for lands nowhere', async () => {
  const tools = join(sshd.folder, 'tools');
  const there = join(sshd.folder, 'there');
  mkdirSync(tools);
  mkdirSync(there);
  writeFileSync(join(there, 'asked'), 'x');
  const tar = execFileSync('which', ['tar'], { encoding: 'utf8' }).trim();
  const evil = `cd '${sshd.folder}' && exec ${tar} -P -cf - --transform='s,^,../,' user`;
  writeFileSync(join(tools, 'tar'), `#!/bin/sh\n${evil}\n`, { mode: 0o755 });
  await using server = await startSshd([], `PATH=${tools}:/usr/bin:/bin`);
  const to = join(sshd.folder, 'back', 'inner');

  await expect(fetchFiles(at(server), { from: there, to })).rejects.toThrow(coded('SSH_ARCHIVE'));

  expect(() => readFileSync(join(sshd.folder, 'back', 'user'))).toThrow(/ENOENT/);
  rmSync(join(sshd.folder, 'back'), { recursive: true });
});
