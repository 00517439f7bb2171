import { chmodSync, symlinkSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProjectReferences } from '../../src/project/project-references.ts';
import { linesOf, SMALL, Workspace } from './workspace.ts';

/** `${...}` as it stands in a file. */
const ref = (body: string) => `$\{${body}}`;

async function* pieces(...all: readonly (string | Uint8Array)[]) {
  for (const piece of all) yield typeof piece === 'string' ? Buffer.from(piece) : piece;
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function knowing(secret: string): ProjectReferences {
  const references = new ProjectReferences('/nowhere', { ORCHESTRATE_SECRET_KEY: secret });
  references.resolve(ref('secret:KEY'));
  return references;
}

describe('references', () => {
  const env = { HOME: '/users/me', EMPTY: '', ORCHESTRATE_SECRET_TOKEN: 'hunter22' };
  const references = new ProjectReferences('/nowhere', env);

  it.each([
    [`cd ${ref('env:HOME')}/x`, 'cd /users/me/x'],
    [`${ref('env:NONE:-fall: back')}`, 'fall: back'],
    [`${ref('env:NONE:-')}`, ''],
    [`${ref('env:EMPTY:-full')}`, 'full'],
    [`[${ref('env:EMPTY')}]`, '[]'],
    [`Bearer ${ref('secret:TOKEN')}`, 'Bearer hunter22'],
    [`$${ref('env:HOME')}`, ref('env:HOME')],
    [`$HOME ${ref('HOME')} $(pwd)`, `$HOME ${ref('HOME')} $(pwd)`],
  ])('resolves %s', (text, expected) => {
    expect(references.resolve(text)).toBe(expected);
  });

  it('resolves through lists and maps and leaves everything else alone', () => {
    const date = new Date(0);
    const value = { a: [ref('env:HOME'), 1], b: { c: date }, d: 'x' };

    const resolved = references.resolveDeep(value);

    expect(resolved).toEqual({ a: ['/users/me', 1], b: { c: date }, d: 'x' });
    expect(resolved.b).toBe(value.b);
  });

  it('names the reference that has no value, and never a value', () => {
    expect(() => references.resolve(ref('env:NONE'))).toThrow(
      expect.objectContaining({
        code: 'REFERENCE_UNRESOLVED',
        message: 'the environment variable NONE is not set',
      }),
    );
    expect(() => references.resolve(ref('secret:NONE'))).toThrow(
      expect.objectContaining({ code: 'REFERENCE_UNRESOLVED' }),
    );
  });

  it('tells whether a text holds a secret', () => {
    expect(references.hasSecret(`x ${ref('secret:TOKEN')}`)).toBe(true);
    expect(references.hasSecret(`x ${ref('env:HOME')} $${ref('secret:TOKEN')}`)).toBe(false);
  });

  it('refuses secrets that are too short to be kept out of logs', () => {
    expect(() => knowing('abc')).toThrow(expect.objectContaining({ code: 'SECRET_UNUSABLE' }));
  });

  it('are all checked while the project is loaded', async () => {
    const task = (text: string) => SMALL.replace('echo hello', `"${text}"`);

    expect(await linesOf(task(ref('env:NONE')))).toEqual([
      `project.yaml:5:21 flows.hello.tasks.greet.run: the environment variable NONE is not set (set it, or give a fallback: ${ref('env:NONE:-...')})`,
    ]);
    expect(await linesOf(task(ref('env:NONE:-x')))).toEqual([]);
    expect(await linesOf(task(ref('secret:A:-x')))).toEqual([
      expect.stringContaining('is no reference: a secret has no fallback'),
    ]);
    expect(await linesOf(task(ref('env:a b')))).toEqual([
      expect.stringContaining('is no reference: expected a name of letters'),
    ]);
  });

  it('only warn in a backend that no flow uses', async () => {
    const text = `${SMALL}backends: { a: { use: local }, b: { use: local, workdir: "${ref('env:NONE')}" } }\n`;
    using workspace = new Workspace({ 'project.yaml': `${text}defaults: { backend: a }\n` });
    using other = new Workspace({ 'project.yaml': `${text}defaults: { backend: b }\n` });

    expect((await workspace.problems()).map(({ severity }) => severity)).toEqual(['warning']);
    expect((await other.problems()).map(({ severity }) => severity)).toEqual(['error']);
  });

  it('explain that they give texts where another type is wanted', async () => {
    expect(
      await linesOf(`${SMALL}backends: { a: { use: local, slots: "${ref('env:N:-4')}" } }\n`),
    ).toEqual([
      expect.stringContaining(
        '(a reference always gives a text; use `--set` or a profile for other values)',
      ),
    ]);
  });
});

describe('secret files', () => {
  const file = '.orchestrate/secrets/KEY';
  const resolveIn = (workspace: Workspace) =>
    new ProjectReferences(workspace.directory, {}).resolve(ref('secret:KEY'));

  it('are read when only their owner can read them', () => {
    using workspace = new Workspace({ [file]: 'hunter22\n' });
    chmodSync(workspace.path(file), 0o600);

    expect(resolveIn(workspace)).toBe('hunter22');
  });

  it('are refused when others can read them, with the cure', () => {
    using workspace = new Workspace({ [file]: 'hunter22\n' });
    chmodSync(workspace.path(file), 0o640);

    expect(() => resolveIn(workspace)).toThrow(
      expect.objectContaining({
        code: 'SECRET_UNUSABLE',
        message: expect.stringContaining(`chmod 600 ${file}`),
      }),
    );
  });

  it('are refused when they are links to somewhere else', () => {
    using outside = new Workspace({ id_rsa: 'private' });
    using workspace = new Workspace({ '.orchestrate/secrets/x': '' });
    chmodSync(outside.path('id_rsa'), 0o600);
    symlinkSync(outside.path('id_rsa'), workspace.path(file));

    expect(() => resolveIn(workspace)).toThrow(
      expect.objectContaining({ code: 'SECRET_UNUSABLE' }),
    );
  });

  it('come after the environment', () => {
    using workspace = new Workspace({ [file]: 'hunter22\n' });
    const env = { ORCHESTRATE_SECRET_KEY: 'swordfish' };

    expect(new ProjectReferences(workspace.directory, env).resolve(ref('secret:KEY'))).toBe(
      'swordfish',
    );
  });
});

describe('redaction', () => {
  const secret = `it's "p&ss\\w<rd"/+ ünïcode`;

  it.each([
    ['as it is', secret],
    ['as JSON', JSON.stringify({ secret })],
    ['as JSON within JSON', JSON.stringify(JSON.stringify({ secret }))],
    ['in a URL', `https://x/?k=${encodeURIComponent(secret)}`],
    ['in a form', new URLSearchParams({ k: secret }).toString()],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in URL-safe base64', Buffer.from(secret).toString('base64url')],
    ['in base64 after one letter', Buffer.from(`u${secret}`).toString('base64')],
    ['in base64 of credentials', Buffer.from(`me:${secret}:x`).toString('base64')],
    ['in hexadecimal', Buffer.from(secret).toString('hex')],
    ['in a shell', `echo '${secret.replaceAll("'", `'\\''`)}'`],
    [
      'in HTML',
      secret
        .replaceAll('&', '&amp;')
        .replaceAll('<', '&lt;')
        .replaceAll('>', '&gt;')
        .replaceAll('"', '&quot;'),
    ],
  ])('finds a secret %s', (_how, text) => {
    const redacted = knowing(secret).redact(`before ${text} after`);

    expect(redacted).toContain('***');
    expect(redacted).not.toContain(text);
    expect(redacted).not.toContain('ünïcode');
    expect(redacted).toMatch(/^before .* after$/);
  });

  it('finds the lines of a secret one by one', () => {
    const key = knowing('-----BEGIN KEY-----\nMIIEvQIBADAN\nx\n-----END KEY-----');

    expect(key.redact('log: MIIEvQIBADAN x')).toBe('log: *** x');
  });

  it('leaves everything alone when there are no secrets', async () => {
    const references = new ProjectReferences('/nowhere', {});
    const piece = Buffer.from('text');

    expect(references.redact('text')).toBe('text');
    for await (const passed of references.redactStream(pieces(piece))) expect(passed).toBe(piece);
  });

  it('finds secrets in a stream however it is cut, and changes nothing else', async () => {
    const letters = fc.constantFrom('a', 'b', 'ab', 'é', '\n', ' ');
    const text = fc.array(letters, { maxLength: 40 }).map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('abab', 'aaaa', 'éabé', 'ab\nab ab'),
        fc.array(text, { maxLength: 4 }),
        fc.array(fc.nat({ max: 200 }), { maxLength: 6 }),
        async (hidden, around, cuts) => {
          const references = knowing(hidden);
          const whole = Buffer.from(around.join(hidden));
          const edges = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort(
            (a, b) => a - b,
          );
          const cut = edges.slice(1).map((end, index) => whole.subarray(edges[index], end));

          const streamed = await textOf(references.redactStream(pieces(...cut)));

          expect(streamed).toBe(references.redact(whole.toString('utf8')));
          expect(streamed).not.toContain(hidden);
        },
      ),
    );
  });

  it('holds back nothing of a stream that could not be the beginning of a secret', async () => {
    const stream = knowing('hunter22').redactStream(pieces('line one\n', 'hunt', 'ing\n'));
    const seen: string[] = [];

    for await (const piece of stream) seen.push(Buffer.from(piece).toString('utf8'));

    expect(seen).toEqual(['line one\n', 'hunting\n']);
  });

  it('takes secrets out of the problems of the project itself', async () => {
    const text = SMALL.replace('echo hello', `[a, "${ref('secret:KEY')}"]`);

    const lines = await linesOf(`${text}hunter22: hunter22\n`, {
      env: { ORCHESTRATE_SECRET_KEY: 'hunter22' },
    });

    expect(lines).toHaveLength(1);
    expect(lines[0]).not.toContain('hunter22');
  });
});
