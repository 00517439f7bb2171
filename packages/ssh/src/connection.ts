import { type Clock, isFlowError, type Logger, type Random } from '@orchestrate/core';
import { sshError } from './errors.ts';
import type { Link } from './link.ts';
import { LoginHosts } from './login-hosts.ts';
import { Session } from './session.ts';
import { pause, type Timers, unlessAborted } from './timers.ts';
import type { LinkState, LinkStatus } from './transport.ts';

/** What everything of this package is handed. */
export interface Surroundings {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  readonly log: Logger;
}

/** Makes a link to one login host. @throws SSH_*, as {@link Connection.session} tells them */
export type Connect = (host: string, signal: AbortSignal) => Promise<Link>;

/** Longest time that a login shell may take until it runs commands. */
const PROBE_MS = 60_000;

/** What waiting a while may cure. Everything else is told at once to those who wait. */
function isPassing(error: unknown): boolean {
  return !isFlowError(error) || error.code === 'SSH_UNREACHABLE';
}

/** Keeps one session to one of several login hosts, made when it is asked for. */
export class Connection implements AsyncDisposable {
  readonly #connect: Connect;
  readonly #around: Surroundings;
  readonly #hosts: LoginHosts;
  readonly #listeners = new Set<(status: LinkStatus) => void>();
  readonly #closed = new AbortController();
  #status: Omit<LinkStatus, 'setAside'>;
  #session: Session | undefined;
  #attempt: Promise<Session> | undefined;
  #waiting = 0;

  constructor(hosts: readonly string[], connect: Connect, around: Surroundings) {
    this.#connect = connect;
    this.#around = around;
    this.#hosts = new LoginHosts(hosts, around.clock, around.random);
    this.#status = { state: 'idle', host: hosts[0] ?? '', since: around.clock.now() };
  }

  get status(): LinkStatus {
    return { ...this.#status, setAside: this.#hosts.setAside };
  }

  /** Is aborted with SSH_CLOSED once the connection is closed. */
  get closed(): AbortSignal {
    return this.#closed.signal;
  }

  onStatus(listener: (status: LinkStatus) => void): Disposable {
    const own = (status: LinkStatus) => listener(status);
    this.#listeners.add(own);
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) };
  }

  /**
   * The session, once there is one.
   * @throws SSH_LOGIN_REQUIRED, SSH_HOST_KEY_*, SSH_CONFIG, SSH_CLOSED, the reason of the signal
   */
  async session(signal: AbortSignal): Promise<Session> {
    this.#closed.signal.throwIfAborted();
    if (this.#session !== undefined) return this.#session;
    this.#waiting += 1;
    try {
      this.#attempt ??= this.#make().finally(() => {
        this.#attempt = undefined;
      });
      return await unlessAborted(this.#attempt, AbortSignal.any([signal, this.#closed.signal]));
    } finally {
      this.#waiting -= 1;
    }
  }

  /** The next attempt comes at once, whatever happened before. */
  retryNow(): void {
    this.#hosts.forgive();
  }

  /** Why there is no connection. */
  get reason(): string {
    const { reason, host } = this.#status;
    if (reason !== undefined) return reason;
    const { error } = this.#hosts;
    return error instanceof Error ? error.message : `no answer from ${host}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed.signal.aborted) return;
    this.#closed.abort(
      sshError('SSH_CLOSED', `the connection to ${this.#status.host} was closed`, {
        details: { outcome: 'unknown' },
      }),
    );
    const attempt = this.#attempt?.catch(() => undefined);
    await this.#session?.close();
    await attempt;
    this.#turn('closed', this.#status.host);
  }

  /** Tries one host after another, with pauses, as long as somebody waits. */
  async #make(): Promise<Session> {
    const signal = this.#closed.signal;
    for (;;) {
      const host = this.#hosts.next();
      if (host !== undefined) {
        const session = await this.#try(host, signal);
        if (session !== undefined) return session;
        continue;
      }
      const { error, nextAt } = this.#hosts;
      // Nobody waits for what does not pass by itself, and nobody waits in vain.
      if (!isPassing(error) || this.#waiting === 0) throw error;
      await pause(nextAt - this.#around.clock.monotonic(), this.#around, signal);
    }
  }

  async #try(host: string, signal: AbortSignal): Promise<Session | undefined> {
    this.#turn('connecting', host);
    const { clock, log } = this.#around;
    let link: Link | undefined;
    try {
      link = await this.#connect(host, signal);
      const session = new Session(link, this.#around);
      await this.#probe(session, signal);
      this.#hosts.succeed(host);
      this.#session = session;
      const since = clock.monotonic();
      void link.lost.then((reason) => this.#lose(session, host, reason, clock.monotonic() - since));
      this.#turn('connected', host, { via: link.via });
      return session;
    } catch (error) {
      await link?.close();
      signal.throwIfAborted();
      this.#hosts.fail(host, error);
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ host, reason }, 'no connection to the host');
      this.#tellFailure(host, error, reason);
      return undefined;
    }
  }

  /** A login shell that never comes to an end with its start-up files is as good as no host. */
  async #probe(session: Session, signal: AbortSignal): Promise<void> {
    const { clock, timers } = this.#around;
    const limit = new AbortController();
    const giveUp = () => limit.abort(new Error('the login shell did not answer within a minute'));
    using _timer = timers.setTimer(clock.monotonic() + PROBE_MS, giveUp);
    await session.probe(AbortSignal.any([signal, limit.signal]));
  }

  #tellFailure(host: string, error: unknown, reason: string): void {
    if (isFlowError(error)) {
      const state = error.code === 'SSH_LOGIN_REQUIRED' ? 'waiting-for-login' : 'lost';
      this.#turn(state, host, { reason, hint: error.hint });
    } else this.#turn('lost', host, { reason });
  }

  #lose(session: Session, host: string, reason: string, livedMs: number): void {
    if (this.#session !== session) return;
    this.#session = undefined;
    if (this.#closed.signal.aborted) return;
    this.#hosts.fail(host, new Error(reason), livedMs);
    this.#around.log.warn({ host, reason }, 'the connection was lost');
    this.#turn('lost', host, { reason });
  }

  #turn(state: LinkState, host: string, more: Partial<LinkStatus> = {}): void {
    const { via } = this.#status;
    this.#status = {
      state,
      host,
      since: this.#around.clock.now(),
      ...(via === undefined ? {} : { via }),
      ...more,
    };
    for (const listener of this.#listeners) listener(this.status);
  }
}
