import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type FlowError, isFlowError } from '@orchestrate/core';
import type { CipherAlgorithm, Client, ConnectConfig } from 'ssh2';
import type { SshConfig } from './config.ts';
import type { Surroundings } from './connection.ts';
import { sshError } from './errors.ts';
import { checkHostKey, hostKeyAlgorithms } from './host-key-check.ts';
import { type LoginNotes, loginMethods } from './login-methods.ts';
import type { Prompter, Question } from './prompter.ts';
import { parseJumps } from './proxy-jump.ts';
import { readSettings, type SshSettings } from './ssh-settings.ts';
import { Ssh2Link } from './ssh2-link.ts';

/** Most hosts on the way to one. */
const MOST_JUMPS = 8;
/** Unanswered keep-alive messages after which a link counts as lost. */
const SILENCES = 3;

/** Those first that processors have instructions for: the library's own first choice takes five times the time. */
const CIPHERS: CipherAlgorithm[] = [
  'aes128-gcm@openssh.com',
  'aes256-gcm@openssh.com',
  'chacha20-poly1305@openssh.com',
  'aes128-ctr',
  'aes192-ctr',
  'aes256-ctr',
];

/** The host speaks, but the library knows none of its algorithms. */
export class NoCommonAlgorithm extends Error {}

/** What a connection is made with. */
export interface Ssh2Options {
  readonly config: SshConfig;
  readonly around: Surroundings;
  readonly prompter?: Prompter;
}

/** One attempt to log in to one host. */
interface Attempt extends Ssh2Options {
  readonly host: string;
  readonly settings: SshSettings;
  readonly signal: AbortSignal;
}

function unreachable({ host, settings }: Attempt, reason: string): FlowError {
  const place = `${settings.hostname}:${settings.port}`;
  return sshError('SSH_UNREACHABLE', `cannot reach ${place}: ${reason}`, {
    details: { host, outcome: 'not-sent' },
  });
}

/** A socket that sends small packets at once: with Nagle's algorithm each command would wait 40 ms. */
function openSocket(attempt: Attempt): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>();
  const { hostname: host, port } = attempt.settings;
  const { config, around, signal } = attempt;
  const socket = connect({ host, port, noDelay: true, keepAlive: true, signal });
  const timer = around.timers.setTimer(
    around.clock.monotonic() + config.connectTimeout * 1000,
    () => socket.destroy(new Error(`no answer within ${config.connectTimeout} s`)),
  );
  const settle = () => {
    timer[Symbol.dispose]();
    socket.removeAllListeners('error');
    socket.removeAllListeners('connect');
  };
  socket.on('connect', () => {
    settle();
    resolve(socket);
  });
  socket.on('error', (error) => {
    settle();
    socket.on('error', () => undefined);
    reject(signal.aborted ? (signal.reason as Error) : unreachable(attempt, error.message));
  });
  return promise;
}

function loginRequired({ host, settings }: Attempt, notes: LoginNotes): FlowError {
  const { offered, locked, unusable, wasAsked } = notes;
  const tried = [
    ...locked.map((file) => `${file} has a passphrase: \`ssh-add ${file}\``),
    ...unusable.map((file) => `${file} cannot be used by ssh2: \`via: system\``),
    ...(wasAsked ? ['it asks questions that only a person can answer'] : []),
  ];
  const ways = offered.length === 0 ? 'nothing' : offered.join(', ');
  const message = `${settings.user}@${host} did not let us in; it accepts ${ways}`;
  return sshError(
    'SSH_LOGIN_REQUIRED',
    tried.length === 0 ? message : `${message} (${tried.join('; ')})`,
    { details: { host, user: settings.user, outcome: 'not-sent' } },
  );
}

/** Ends an attempt that takes too long; the time that a person takes to answer does not count. */
class Patience implements Disposable {
  readonly #around: Surroundings;
  readonly #milliseconds: number;
  readonly #giveUp: () => void;
  #timer: Disposable | undefined;

  constructor({ around, config }: Ssh2Options, giveUp: () => void) {
    this.#around = around;
    this.#milliseconds = config.connectTimeout * 1000;
    this.#giveUp = giveUp;
    this.#start();
  }

  async without<T>(work: () => Promise<T>): Promise<T> {
    this[Symbol.dispose]();
    try {
      return await work();
    } finally {
      this.#start();
    }
  }

  #start(): void {
    const at = this.#around.clock.monotonic() + this.#milliseconds;
    this.#timer = this.#around.timers.setTimer(at, this.#giveUp);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }
}

/** Logs in over a socket, once the key of the host was found good. */
async function logIn(attempt: Attempt, socket: Duplex): Promise<Client> {
  const { default: library } = await import('ssh2');
  const { host, settings, config, signal, prompter: ask } = attempt;
  const { promise, resolve, reject } = Promise.withResolvers<Client>();
  const client = new library.Client();
  using patience = new Patience(attempt, () =>
    reject(unreachable(attempt, `no login within ${config.connectTimeout} s`)),
  );
  const prompter = ask && ((question: Question) => patience.without(() => ask(question)));
  const notes: LoginNotes = { offered: [], locked: [], unusable: [], wasAsked: false };
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop, { once: true });
  client.on('ready', () => resolve(client));
  client.on('error', (error: Error & { readonly level?: string }) => {
    // An agent that does not answer is no reason not to try the keys.
    if (error.level === 'agent') return;
    if (error.level === 'client-authentication') reject(loginRequired(attempt, notes));
    else if (/no matching/i.test(error.message)) reject(new NoCommonAlgorithm(error.message));
    else reject(unreachable(attempt, error.message));
  });
  client.on('close', () => reject(unreachable(attempt, 'the host ended the connection')));
  const confirm =
    prompter &&
    (async (text: string) =>
      /^y(es)?$/i.test((await prompter({ host, text: `${text} (yes/no) `, echo: true })) ?? ''));
  const options: ConnectConfig = {
    sock: socket,
    username: settings.user,
    readyTimeout: 0,
    keepaliveInterval: config.keepAlive * 1000,
    keepaliveCountMax: SILENCES,
    algorithms: { serverHostKey: hostKeyAlgorithms(settings), cipher: CIPHERS },
    authHandler: loginMethods(
      library,
      {
        host,
        settings,
        ...(config.password === undefined ? {} : { password: config.password }),
        ...(prompter === undefined ? {} : { prompter }),
      },
      notes,
    ),
    hostVerifier: (key: Buffer, verify: (isGood: boolean) => void) => {
      checkHostKey(key, settings, confirm).then((problem) => {
        if (problem !== undefined) reject(problem);
        verify(problem === undefined);
      }, reject);
    },
  };
  try {
    client.connect(options);
    return await promise;
  } catch (error) {
    client.on('error', () => undefined);
    client.destroy();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** A socket to a host, through others where the settings say so, and what closes those. */
async function openWay(
  attempt: Attempt,
  depth: number,
): Promise<{ readonly socket: Duplex; readonly close: () => Promise<void> }> {
  const jumps = parseJumps(attempt.settings.proxyJump);
  if (jumps.length === 0) {
    return { socket: await openSocket(attempt), close: () => Promise.resolve() };
  }
  if (depth >= MOST_JUMPS) {
    throw sshError('SSH_CONFIG', `more than ${MOST_JUMPS} hosts on the way to ${attempt.host}`);
  }
  let way: { socket: Duplex; close: () => Promise<void> } | undefined;
  try {
    for (const [index, jump] of jumps.entries()) {
      const { identityFile, knownHosts, strictHostKey, connectTimeout, keepAlive } = attempt.config;
      const config: SshConfig = {
        via: 'ssh2',
        commandsPerMinute: attempt.config.commandsPerMinute,
        connectTimeout,
        keepAlive,
        host: jump.host,
        ...(jump.user === undefined ? {} : { user: jump.user }),
        ...(jump.port === undefined ? {} : { port: jump.port }),
        ...(identityFile === undefined ? {} : { identityFile }),
        ...(knownHosts === undefined ? {} : { knownHosts }),
        ...(strictHostKey === undefined ? {} : { strictHostKey }),
      };
      const settings = await readSettings(jump.host, config, attempt.signal);
      const hop: Attempt = { ...attempt, host: jump.host, config, settings };
      const before = way ?? (await openWay(hop, depth + 1));
      const client = await logInOver(hop, before);
      const next = jumps[index + 1];
      const target =
        next === undefined ? attempt.settings : await targetOf(next, config, attempt.signal);
      way = { socket: await forward(hop, client, target), close: closerOf(client, before.close) };
    }
  } catch (error) {
    await way?.close();
    throw error;
  }
  if (way === undefined) throw new RangeError('no host on the way');
  return way;
}

async function targetOf(
  jump: { readonly host: string; readonly user?: string; readonly port?: number },
  config: SshConfig,
  signal: AbortSignal,
): Promise<SshSettings> {
  const { user: _user, port: _port, ...rest } = config;
  return readSettings(jump.host, { ...rest, ...jump }, signal);
}

async function logInOver(
  hop: Attempt,
  way: { readonly socket: Duplex; readonly close: () => Promise<void> },
): Promise<Client> {
  try {
    return await logIn(hop, way.socket);
  } catch (error) {
    way.socket.destroy();
    await way.close();
    throw error;
  }
}

function closerOf(client: Client, before: () => Promise<void>): () => Promise<void> {
  return async () => {
    client.destroy();
    await before();
  };
}

function forward(hop: Attempt, client: Client, target: SshSettings): Promise<Duplex> {
  const { promise, resolve, reject } = Promise.withResolvers<Duplex>();
  client.on('error', () => undefined);
  client.forwardOut('127.0.0.1', 0, target.hostname, target.port, (error, stream) => {
    if (error === undefined) resolve(stream);
    else {
      const place = `${target.hostname}:${target.port}`;
      reject(
        sshError('SSH_UNREACHABLE', `${hop.host} cannot reach ${place}: ${error.message}`, {
          details: { host: hop.host, outcome: 'not-sent' },
        }),
      );
    }
  });
  return promise;
}

/**
 * Connects by the library.
 * @throws SSH_UNREACHABLE, SSH_LOGIN_REQUIRED, SSH_HOST_KEY_*, SSH_CONFIG, NoCommonAlgorithm
 */
export async function connectSsh2(
  host: string,
  settings: SshSettings,
  options: Ssh2Options,
  signal: AbortSignal,
): Promise<Ssh2Link> {
  const attempt: Attempt = { ...options, host, settings, signal };
  try {
    const way = await openWay(attempt, 0);
    const client = await logInOver(attempt, way);
    return new Ssh2Link(host, client, way.close);
  } catch (error) {
    if (isFlowError(error) || error instanceof NoCommonAlgorithm || signal.aborted) throw error;
    throw unreachable(attempt, error instanceof Error ? error.message : String(error));
  }
}
