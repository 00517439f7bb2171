import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { stepError } from '../errors.ts';
import { environmentVariable } from '../program/environment.ts';
import type { Mail, Smtp } from './args.ts';

const SILENCE_MS = 30_000;
const LONGEST_REPLY = 65_536;

function refuse(server: Smtp, why: string): Error {
  return stepError('STEP_NOTIFY', `The mail server ${server.host}:${server.port} ${why}.`, {
    details: { host: server.host, port: server.port },
  });
}

/** Whose certificate it has to be. An address is no name to ask for (RFC 6066, section 3), but the certificate may hold it. */
function named(host: string): { readonly host: string; readonly servername?: string } {
  return isIP(host) === 0 ? { host, servername: host } : { host };
}

/** A conversation with a mail server, RFC 5321. */
class Conversation {
  readonly #server: Smtp;
  readonly #signal: AbortSignal;
  #socket: Socket;

  constructor(server: Smtp, signal: AbortSignal) {
    this.#server = server;
    this.#signal = signal;
    const { host, port, security } = server;
    this.#socket =
      security === 'tls' ? connectTls({ ...named(host), port }) : connect({ host, port });
  }

  async send(mail: Mail, message: string): Promise<void> {
    await this.#reply(220, 'greet');
    let features = await this.#hello();
    if (this.#server.security === 'starttls') {
      await this.#say('STARTTLS', 220, 'begin to encrypt');
      this.#socket = connectTls({ ...named(this.#server.host), socket: this.#socket });
      features = await this.#hello();
    }
    await this.#logIn(features);
    await this.#say(`MAIL FROM:<${mail.from}>`, 250, 'take the sender');
    for (const to of mail.to) await this.#say(`RCPT TO:<${to}>`, 250, 'take an address');
    await this.#say('DATA', 354, 'take the mail');
    await this.#say(`${message.replaceAll(/^\./gm, '..')}.`, 250, 'take the mail');
    this.#socket.end('QUIT\r\n');
  }

  close(): void {
    this.#socket.destroy();
  }

  #hello(): Promise<string> {
    return this.#say('EHLO localhost', 250, 'greet');
  }

  async #logIn(features: string): Promise<void> {
    const user = environmentVariable(this.#server.userVariable);
    const password = environmentVariable(this.#server.passwordVariable);
    if (user === undefined || password === undefined) return;
    if (this.#server.security === 'none')
      throw refuse(this.#server, 'would get a password in the open; use starttls or tls');
    if (!/^250[- ]AUTH .*\bPLAIN\b/im.test(features))
      throw refuse(this.#server, 'does not offer AUTH PLAIN');
    const word = Buffer.from(`\0${user}\0${password}`).toString('base64');
    await this.#say(`AUTH PLAIN ${word}`, 235, 'accept the log-in');
  }

  #say(line: string, expected: number, what: string): Promise<string> {
    this.#socket.write(`${line}\r\n`);
    return this.#reply(expected, what);
  }

  /** Reads one reply. Only its code is told: servers may repeat what they were sent. */
  async #reply(expected: number, what: string): Promise<string> {
    const text = await this.#read();
    const code = Number(text.slice(0, 3));
    if (code === expected) return text;
    throw refuse(this.#server, `did not ${what}: it answered ${code}, expected ${expected}`);
  }

  #read(): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const socket = this.#socket;
    let text = '';
    const fail = (why: string) => reject(refuse(this.#server, why));
    const more = (bytes: Buffer): void => {
      text += bytes.toString('latin1');
      if (text.length > LONGEST_REPLY) fail('says too much');
      if (/^[0-9]{3}(?: .*)?\r?\n$/m.test(text.slice(text.lastIndexOf('\n', text.length - 2) + 1)))
        resolve(text);
    };
    const failed = (error: Error): void => fail(`cannot be talked to: ${error.message}`);
    const closed = (): void => fail('hung up');
    const stop = (): void => fail('was not waited for, since the step was stopped');
    const late = setTimeout(() => fail('does not answer'), SILENCE_MS);
    socket.on('data', more).on('error', failed).on('close', closed);
    this.#signal.addEventListener('abort', stop, { once: true });
    return promise.finally(() => {
      clearTimeout(late);
      socket.off('data', more).off('close', closed).off('error', failed);
      // An error that comes later must not end the process.
      socket.on('error', () => socket.destroy());
      this.#signal.removeEventListener('abort', stop);
    });
  }
}

/**
 * Hands a mail to a mail server. Account and password come from the environment and go over encrypted connections only.
 * @throws STEP_NOTIFY
 */
export async function sendBySmtp(
  server: Smtp,
  {
    mail,
    message,
    signal,
  }: { readonly mail: Mail; readonly message: string; readonly signal: AbortSignal },
): Promise<void> {
  const conversation = new Conversation(server, signal);
  try {
    await conversation.send(mail, message);
  } catch (error) {
    conversation.close();
    throw error;
  }
}
