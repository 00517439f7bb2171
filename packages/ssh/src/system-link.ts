import type { SshConfig } from './config.ts';
import type { Surroundings } from './connection.ts';
import { controlSocket } from './control-socket.ts';
import { CutOff } from './cut-off.ts';
import { sshError } from './errors.ts';
import type { Channel, ChannelEnd, Link } from './link.ts';
import { spawnChannel } from './local-link.ts';
import { askSsh, configArguments, type ProgramAnswer } from './ssh-program.ts';

/** How long a shared connection outlives its last use: the next call of the command line needs no new login. */
const PERSIST_SECONDS = 600;
/** ssh's own exit code for "no connection", which a command may also end with. */
const NO_CONNECTION = 255;
const NEVER = new AbortController().signal;
/** What ssh says when the shared connection did not take the command; then it ends, for it may make no connection of its own. */
const BUSY = /session open refused by peer|session request failed/i;
const GONE = /UNKNOWN port/;
const LOST = 'the shared connection of ssh has ended';

/** A link through the shared connection of the program `ssh`. */
export class SystemLink implements Link {
  readonly via = 'system';
  readonly host: string;
  readonly lost: Promise<string>;
  readonly #control: readonly string[];
  readonly #channels = new Set<Channel>();
  #lose: (reason: string) => void = () => undefined;
  #isLost = false;

  /** @param control arguments that lead to the shared connection */
  constructor(host: string, control: readonly string[]) {
    this.host = host;
    this.#control = control;
    this.lost = new Promise((resolve) => {
      this.#lose = (reason) => {
        this.#isLost = true;
        resolve(reason);
      };
    });
  }

  open(command: string): Promise<Channel> {
    if (this.#isLost) throw new CutOff('the link is gone', false);
    // Without a shared connection ssh would make one of its own, and perhaps ask for a login again.
    const alone = ['-o', 'ProxyCommand=false', '-o', 'BatchMode=yes', '-T'];
    const channel = spawnChannel('ssh', [...this.#control, ...alone, '--', this.host, command]);
    let said = '';
    channel.stderr.on('data', (chunk: Buffer) => {
      if (said.length < 4096) said += chunk.toString();
    });
    const end = channel.end.then((ended): ChannelEnd => {
      this.#channels.delete(watched);
      if (ended.code !== NO_CONNECTION) return ended;
      const isBusy = BUSY.test(said);
      const isGone = !isBusy && GONE.test(said);
      if (isGone) this.#lose(LOST);
      else void this.#check();
      return { ...ended, wasRefused: isBusy || isGone };
    });
    const watched: Channel = { ...channel, end };
    this.#channels.add(watched);
    return Promise.resolve(watched);
  }

  /** Leaves the shared connection to those who come after. */
  async close(): Promise<void> {
    this.#lose('it was closed');
    const ends = [...this.#channels].map(({ end }) => end);
    for (const channel of this.#channels) channel.destroy();
    await Promise.all(ends);
  }

  async #check(): Promise<void> {
    if (this.#isLost) return;
    const { code } = await askSsh([...this.#control, '-O', 'check', '--', this.host], NEVER);
    if (code !== 0) this.#lose(LOST);
  }
}

/** What ssh says when it did not get in, without its warnings. */
function reasonOf({ stderr }: ProgramAnswer): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !/^(@+|Warning: Permanently added)/.test(line));
  return lines.slice(-3).join(' ') || 'ssh gave no reason';
}

function failure(host: string, answer: ProgramAnswer, loginCommand: string): Error {
  const said = answer.stderr;
  const details = { host, outcome: 'not-sent' };
  const [, print] = /(SHA256:[A-Za-z0-9+/]+)/.exec(said) ?? [];
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED/.test(said)) {
    const message = `${host} shows the key ${print ?? ''}, expected another one; somebody may be listening, or the host was set up anew`;
    return sshError('SSH_HOST_KEY_CHANGED', message, { details });
  }
  if (/revoked/i.test(said)) {
    return sshError('SSH_HOST_KEY_REVOKED', `${host} shows a revoked key`, { details });
  }
  if (/Host key verification failed|No .* host key is known/.test(said)) {
    return sshError('SSH_HOST_KEY_UNKNOWN', `the key of ${host} is not known to ssh`, { details });
  }
  if (/Permission denied|Too many authentication failures|passphrase/i.test(said)) {
    const message = `${host} did not let us in: ${reasonOf(answer)} To log in by hand: ${loginCommand}`;
    return sshError('SSH_LOGIN_REQUIRED', message, { details });
  }
  return sshError('SSH_UNREACHABLE', `cannot reach ${host}: ${reasonOf(answer)}`, { details });
}

/** An argument as a person would type it. */
function typed(argument: string): string {
  return /^[A-Za-z0-9_./:=@%+-]+$/.test(argument) ? argument : `'${argument}'`;
}

/** What the program `ssh` is used with. */
export interface SystemOptions {
  readonly config: SshConfig;
  readonly around: Surroundings;
  /** A person sits at the terminal of this process, whom ssh may ask. */
  readonly hasTerminal: boolean;
  /** `ControlPath` of the user's own settings. */
  readonly ownControlPath?: string;
}

/**
 * Connects by the program `ssh`, or takes a connection that is already there: the user's own, or one that an earlier call
 * has left.
 * @throws SSH_UNREACHABLE, SSH_LOGIN_REQUIRED, SSH_HOST_KEY_*
 */
export async function connectSystem(
  host: string,
  { config, hasTerminal, ownControlPath }: SystemOptions,
  signal: AbortSignal,
): Promise<SystemLink> {
  const plain = configArguments(config);
  const isThere = async (control: readonly string[]) =>
    (await askSsh([...control, '-O', 'check', '--', host], signal)).code === 0;
  if (ownControlPath !== undefined && (await isThere([...plain, '-S', ownControlPath]))) {
    return new SystemLink(host, [...plain, '-S', ownControlPath]);
  }
  const control = [...plain, '-S', controlSocket([...plain, host])];
  if (await isThere(control)) return new SystemLink(host, control);
  const keep = ['-o', 'ControlMaster=yes', '-o', `ControlPersist=${PERSIST_SECONDS}`, '-T'];
  const batch = hasTerminal ? [] : ['-o', 'BatchMode=yes'];
  const answer = await askSsh([...control, ...keep, ...batch, '--', host, 'exit 0'], signal, {
    talks: hasTerminal,
  });
  if (await isThere(control)) return new SystemLink(host, control);
  if (answer.code === undefined) {
    throw sshError(
      'SSH_CONFIG',
      'there is no program `ssh` on this machine, which `via: system` needs',
    );
  }
  const loginCommand = ['ssh', ...control, ...keep, '--', host, 'exit'].map(typed).join(' ');
  throw failure(host, answer, loginCommand);
}
