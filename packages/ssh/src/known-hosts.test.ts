import { describe, expect, it } from 'vitest';
import { checkKey, fingerprint, hostLine, isFromAuthority, knownTypes } from './known-hosts.ts';

const ED = { type: 'ssh-ed25519', base64: 'AAAAC3Ed1' };
const RSA = { type: 'ssh-rsa', base64: 'AAAAB3Rsa1' };
const OTHER = { type: 'ssh-ed25519', base64: 'AAAAC3Other' };
const at = (host: string, port = 22) => ({ host, port });

describe('known_hosts', () => {
  it.each([
    ['a name', 'login.example ssh-ed25519 AAAAC3Ed1 a comment', at('login.example')],
    ['any case', 'login.example ssh-ed25519 AAAAC3Ed1', at('LOGIN.example')],
    ['one of several', 'a,login.example,10.0.0.1 ssh-ed25519 AAAAC3Ed1', at('10.0.0.1')],
    ['a pattern', '*.example ssh-ed25519 AAAAC3Ed1', at('login.example')],
    ['a single letter', 'login?.example ssh-ed25519 AAAAC3Ed1', at('login1.example')],
    ['another port', '[login.example]:2222 ssh-ed25519 AAAAC3Ed1', at('login.example', 2222)],
    ['the same key without its port', 'l.example ssh-ed25519 AAAAC3Ed1', at('l.example', 2222)],
    ['a line among others', '# x\n\nz ssh-rsa A\nl ssh-ed25519 AAAAC3Ed1\n', at('l')],
    [
      // ssh-keygen -H of "login.example"
      'a hashed name',
      '|1|MDEyMzQ1Njc4OWFiY2RlZmdoaWo=|HASH ssh-ed25519 AAAAC3Ed1',
      at('login.example'),
    ],
  ])('knows the key of %s', async (_what, line, address) => {
    const { createHmac } = await import('node:crypto');
    const salt = Buffer.from('MDEyMzQ1Njc4OWFiY2RlZmdoaWo=', 'base64');
    const hash = createHmac('sha1', salt).update('login.example').digest('base64');

    expect(checkKey(line.replace('HASH', hash), address, ED)).toEqual({ kind: 'known' });
  });

  it.each([
    ['another name', 'login.example ssh-ed25519 AAAAC3Ed1', at('login.example.evil')],
    ['a name that a dot would match', 'a.b ssh-ed25519 AAAAC3Ed1', at('axb')],
    ['a name that is taken out', '*,!bad ssh-ed25519 AAAAC3Ed1', at('bad')],
    ['another port', '[l]:22222 ssh-ed25519 AAAAC3Ed1', at('l', 2222)],
    ['a line that is switched off', '#l ssh-ed25519 AAAAC3Ed1', at('l')],
    ['an authority', '@cert-authority l ssh-ed25519 AAAAC3Ed1', at('l')],
  ])('does not take it for that of %s', (_what, line, address) => {
    expect(checkKey(line, address, ED)).toEqual({ kind: 'unknown' });
  });

  it('tells a key that has changed, with its line, also when the other one is of another type', () => {
    expect(checkKey('x ssh-rsa A\nl ssh-ed25519 AAAAC3Other', at('l'), ED)).toEqual({
      kind: 'changed',
      line: 2,
    });
    expect(checkKey('l ssh-rsa AAAAB3Rsa1', at('l'), ED)).toEqual({ kind: 'changed', line: 1 });
  });

  it('knows a host by any of its keys', () => {
    const text = 'l ssh-ed25519 AAAAC3Ed1\nl ssh-rsa AAAAB3Rsa1\n';

    expect(checkKey(text, at('l'), RSA)).toEqual({ kind: 'known' });
    expect(checkKey(text, at('l'), OTHER)).toEqual({ kind: 'changed', line: 1 });
    expect(knownTypes(text, at('l'))).toEqual(['ssh-ed25519', 'ssh-rsa']);
  });

  it('lets nothing speak for a revoked key', () => {
    const text = 'l ssh-ed25519 AAAAC3Ed1\n@revoked * ssh-ed25519 AAAAC3Ed1\n';

    expect(checkKey(text, at('l'), ED)).toEqual({ kind: 'revoked', line: 2 });
    expect(checkKey(text, at('l'), RSA)).toMatchObject({ kind: 'changed' });
  });

  it('sees where a host is known by a certificate', () => {
    expect(isFromAuthority('@cert-authority *.example ssh-rsa A', at('l.example'))).toBe(true);
    expect(isFromAuthority('@cert-authority *.example ssh-rsa A', at('l.other'))).toBe(false);
  });

  it('reads the line that it writes', () => {
    const line = hostLine(at('L.example', 2222), ED);

    expect(line).toBe('[l.example]:2222 ssh-ed25519 AAAAC3Ed1\n');
    expect(checkKey(line, at('l.example', 2222), ED)).toEqual({ kind: 'known' });
  });

  it('prints fingerprints as OpenSSH does', () => {
    expect(fingerprint(Buffer.from('abc'))).toBe(
      'SHA256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0',
    );
  });
});
