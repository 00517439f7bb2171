import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import {
  createServer as createTlsServer,
  getCACertificates,
  setDefaultCACertificates,
  TLSSocket,
} from 'node:tls';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { mailMessage } from '../src/notify/mail-message.ts';
import { notify } from '../src/notify/notify.ts';
import { codeOf, contextFor, errorOf, temporaryFolder } from './calling.ts';

const context = contextFor();

afterEach(() => {
  vi.unstubAllEnvs();
});
const mail = { from: 'me@example.org', to: ['you@example.org', 'us@example.org'] };

async function listening(server: Server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.dispose]: () => server.close() };
}

const certificate = readFileSync(
  join(import.meta.dirname, 'fixtures/mail-certificate.pem'),
  'utf8',
);
const key = readFileSync(join(import.meta.dirname, 'fixtures/mail-key.pem'), 'utf8');

const USUAL = {
  EHLO: '250-here\r\n250 AUTH PLAIN',
  AUTH: '235 ok',
  MAIL: '250 ok',
  RCPT: '250 ok',
  DATA: '354 go',
  '.': '250 ok',
  QUIT: '221 bye',
};

/**
 * A mail server that says yes to everything but what is in `refusals`, and keeps the words of its clients, those that came
 * encrypted with `*` before them. `tls`: from the beginning, or when it is asked for.
 */
async function mailServer(
  refusals: Readonly<Record<string, string>> = {},
  tls: 'never' | 'always' | 'asked' = 'never',
) {
  const heard: string[] = [];
  const answers: Readonly<Record<string, string>> = { ...USUAL, ...refusals };
  const talk = (socket: Socket): void => {
    let rest = '';
    const isEncrypted = socket instanceof TLSSocket;
    const hear = (bytes: Buffer): void => {
      const lines = (rest + bytes.toString()).split('\r\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        heard.push(isEncrypted ? `*${line}` : line);
        if (line === 'STARTTLS' && tls === 'asked') {
          socket.off('data', hear);
          socket.write('220 go\r\n');
          talk(new TLSSocket(socket, { isServer: true, cert: certificate, key }));
          return;
        }
        const answer = answers[line.split(' ')[0] ?? ''];
        if (answer !== undefined) socket.write(`${answer}\r\n`);
      }
    };
    socket.on('data', hear).on('error', () => socket.destroy());
  };
  const begin = (socket: Socket): void => {
    socket.write('220 here\r\n');
    talk(socket);
  };
  const server =
    tls === 'always'
      ? createTlsServer({ cert: certificate, key }, begin).on('tlsClientError', () => {})
      : createServer(begin);
  return { heard, ...(await listening(server)) };
}

/** Trusts the certificate of the mail server for as long as it is held. */
function trusting() {
  const before = getCACertificates('default');
  setDefaultCACertificates([...before, certificate]);
  return { [Symbol.dispose]: () => setDefaultCACertificates(before) };
}

async function webhookServer(statuses: number[]) {
  const bodies: unknown[] = [];
  const server = createHttpServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      bodies.push(JSON.parse(Buffer.concat(pieces).toString()));
      response.writeHead(statuses.shift() ?? 200).end();
    });
  });
  return { bodies, ...(await listening(server)) };
}

describe('notify', () => {
  it('hands a mail to sendmail', async () => {
    using folder = temporaryFolder();
    const file = join(folder.path, 'mail');

    const result = await notify(
      { subject: 'Done', text: 'äll done\n.\nbye', mail: { ...mail, sendmail: ['tee', file] } },
      context,
    );

    const [head = '', body = ''] = readFileSync(file, 'utf8').split('\n\n');
    expect(result).toEqual({ sent: ['mail'], failed: [] });
    expect(head).toContain('To: you@example.org,\n us@example.org\nSubject: Done\n');
    expect(Buffer.from(body, 'base64').toString()).toBe('äll done\r\n.\r\nbye');
  });

  it('hands a mail to a mail server', async () => {
    using server = await mailServer();
    const smtp = { host: '127.0.0.1', port: server.port, security: 'none' };

    await notify({ subject: 'Done', text: 'x', mail: { ...mail, smtp }, required: true }, context);

    expect(server.heard).toEqual(
      expect.arrayContaining([
        'MAIL FROM:<me@example.org>',
        'RCPT TO:<you@example.org>',
        'RCPT TO:<us@example.org>',
        'DATA',
        'Subject: Done',
        'eA==',
        '.',
      ]),
    );
  });

  it('does not fail the run unless it is required, and tells the code only', async () => {
    using server = await mailServer({ RCPT: '550 no such hidden-word' });
    const smtp = { host: '127.0.0.1', port: server.port, security: 'none' };
    const call = { subject: 'Done', mail: { ...mail, smtp } };

    const result = await notify(call, context);
    const error = await errorOf(() => notify({ ...call, required: true }, context));

    expect(result).toMatchObject({ sent: [] });
    expect(error).toMatchObject({ code: 'STEP_NOTIFY' });
    expect(error.message).toContain('550');
    expect(error.message).not.toContain('hidden-word');
  });

  it('gives no password to a server without encryption', async () => {
    using server = await mailServer({ STARTTLS: '502 no' });
    vi.stubEnv('STEPS_TEST_PASSWORD', 'hidden-word');
    const named = { userVariable: 'PATH', passwordVariable: 'STEPS_TEST_PASSWORD' };
    const smtp = { host: '127.0.0.1', port: server.port, ...named };

    for (const security of ['none', 'starttls']) {
      const call = { subject: 'x', mail: { ...mail, smtp: { ...smtp, security } }, required: true };
      const error = await errorOf(() => notify(call, context));

      expect(error).toMatchObject({ code: 'STEP_NOTIFY' });
      expect(error.message).not.toContain('hidden-word');
    }
    expect(server.heard.join('\n')).not.toMatch(/AUTH|MAIL/);
  });

  it.each([
    ['tls', 'always', 'localhost'],
    ['tls', 'always', '127.0.0.1'],
    ['starttls', 'asked', 'localhost'],
    ['starttls', 'asked', '127.0.0.1'],
  ] as const)('logs in and hands over a mail with %s (%s, %s)', async (security, tls, host) => {
    using _trust = trusting();
    using server = await mailServer({}, tls);
    vi.stubEnv('STEPS_TEST_USER', 'me');
    vi.stubEnv('STEPS_TEST_PASSWORD', 'hidden-word');
    const named = { userVariable: 'STEPS_TEST_USER', passwordVariable: 'STEPS_TEST_PASSWORD' };
    const smtp = { host, port: server.port, security, ...named };

    await notify({ subject: 'Done', text: 'x', mail: { ...mail, smtp }, required: true }, context);

    const word = Buffer.from('\0me\0hidden-word').toString('base64');
    expect(server.heard).toEqual(
      expect.arrayContaining(['*EHLO localhost', `*AUTH PLAIN ${word}`, '*Subject: Done', '*.']),
    );
    const open = server.heard.filter((line) => !line.startsWith('*'));
    expect(open).toEqual(security === 'tls' ? [] : ['EHLO localhost', 'STARTTLS']);
  });

  it.each([
    ['tls', 'always'],
    ['starttls', 'asked'],
  ] as const)(
    'gives no password to a server that nobody vouches for, with %s (%s)',
    async (security, tls) => {
      using server = await mailServer({}, tls);
      vi.stubEnv('STEPS_TEST_PASSWORD', 'hidden-word');
      const named = { userVariable: 'PATH', passwordVariable: 'STEPS_TEST_PASSWORD' };
      const smtp = { host: 'localhost', port: server.port, security, ...named };

      const call = { subject: 'x', mail: { ...mail, smtp }, required: true };
      const error = await errorOf(() => notify(call, context));

      expect(error).toMatchObject({ code: 'STEP_NOTIFY' });
      expect(error.message).toContain('self-signed certificate');
      expect(server.heard.join('\n')).not.toMatch(/AUTH|MAIL/);
    },
  );

  it('posts to a webhook, again after a failure that may pass', async () => {
    using server = await webhookServer([503, 429, 200]);
    const url = `http://127.0.0.1:${server.port}/hook/secret`;

    const result = await notify(
      { subject: 'Done', text: 'all', webhook: { url, fields: { channel: '#a' } } },
      context,
    );

    expect(result).toEqual({ sent: ['webhook'], failed: [] });
    expect(server.bodies).toEqual(Array(3).fill({ channel: '#a', text: 'Done\nall' }));
  });

  it('does not try again what is refused, and keeps the address to itself', async () => {
    using server = await webhookServer([404]);
    vi.stubEnv('STEPS_TEST_HOOK', `http://127.0.0.1:${server.port}/hidden-word`);

    const webhook = { urlVariable: 'STEPS_TEST_HOOK' };
    const error = await errorOf(() => notify({ subject: 'x', webhook, required: true }, context));

    expect(error.message).toContain('404');
    expect(error.message).not.toContain('hidden-word');
    expect(server.bodies).toHaveLength(1);
  });

  it.each([
    { subject: 'a\nBcc: x@example.org', mail },
    { subject: 'a\r', mail },
    { subject: 'a', mail: { ...mail, to: ['a@example.org\nBcc: b@example.org'] } },
    { subject: 'a', mail: { ...mail, from: 'a@example.org>\r\nDATA' } },
    { subject: 'a', mail: { ...mail, to: ['a@b, c@d'] } },
    { subject: 'a' },
    { subject: 'a', webhook: {} },
    { subject: 'a', webhook: { url: 'file:///etc/passwd' } },
  ])('refuses %j', async (call) => {
    expect(await codeOf(() => notify(call, context))).toBe('STEP_ARGUMENTS');
  });
});

it('writes any subject and text so that they come back whole and add no header', () => {
  const line = fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 200 })
    .map((text) => text.replaceAll(/\p{Cc}/gu, '_'));
  fc.assert(
    fc.property(line, fc.string({ unit: 'grapheme' }), (subject, text) => {
      const whole = { ...mail, sendmail: ['sendmail'] };
      const message = mailMessage(whole, { subject, text });

      const [head = '', body = ''] = message.split('\r\n\r\n');
      const names = head
        .replaceAll('\r\n ', ' ')
        .split('\r\n')
        .map((header) => header.split(':')[0]);
      const written = /^Subject: ((?:.*\r\n )*.*)$/m.exec(head)?.[1] ?? '';
      const words = [...written.matchAll(/=\?UTF-8\?B\?([^?]*)\?=/g)].map(([, word = '']) =>
        Buffer.from(word, 'base64').toString(),
      );
      expect(names).toEqual([
        'From',
        'To',
        'Subject',
        'Date',
        'Message-ID',
        'MIME-Version',
        'Content-Type',
        'Content-Transfer-Encoding',
        'Auto-Submitted',
      ]);
      expect([words.join(''), written]).toContain(subject);
      expect(Buffer.from(body, 'base64').toString()).toBe(
        Buffer.from(text.replaceAll(/\r?\n/g, '\r\n')).toString(),
      );
    }),
  );
});
