import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { systemReasons } from './choose-via.ts';
import { parseJumps } from './proxy-jump.ts';
import { settingsFrom } from './ssh-settings.ts';

const folder = mkdtempSync(join(tmpdir(), 'orchestrate-via-'));
afterAll(() => rmSync(folder, { recursive: true }));
for (const [name, text] of [
  ['plain', ''],
  ['plain.pub', 'ssh-ed25519 AAAA'],
  ['hardware', ''],
  ['hardware.pub', 'sk-ssh-ed25519@openssh.com AAAA'],
  ['signed', ''],
  ['signed-cert.pub', ''],
  ['authority', '@cert-authority *.example,[*.example]:2222 ssh-ed25519 AAAA'],
] as const) {
  writeFileSync(join(folder, name), text);
}

/** What `ssh -G` prints for a plain host. */
const PLAIN = `user me
hostname login.example
port 2222
gssapiauthentication yes
identitiesonly no
stricthostkeychecking ask
securitykeyprovider internal
identityfile ${folder}/plain
identityfile ~/.ssh/none_such
userknownhostsfile ${folder}/known_hosts /dev/null
globalknownhostsfile /etc/none
canonicaldomains none
`;

describe('who connects', () => {
  it.each([
    ['a plain host', '', false, []],
    ['Kerberos that is on, without a ticket', '', false, []],
    ['Kerberos with a ticket', '', true, ['Kerberos']],
    ['a certificate', `certificatefile ${folder}/c`, false, ['CertificateFile']],
    ['a certificate beside a key', `identityfile ${folder}/signed`, false, ['signed-cert.pub']],
    ['a security key', `identityfile ${folder}/hardware`, false, ['hardware']],
    ['a security key that is not there', `identityfile ${folder}/none`, false, []],
    ['a proxy command', 'proxycommand nc %h %p', false, ['ProxyCommand']],
    ['a smart card', 'pkcs11provider /usr/lib/x.so', false, ['PKCS11Provider']],
    ['a shared connection', 'controlpath /tmp/x', false, ['ControlPath']],
    ['no shared connection', 'controlpath none', false, []],
    ['a proxy jump', 'proxyjump gate', false, []],
    ['a host certificate', `userknownhostsfile ${folder}/authority`, false, ['@cert-authority']],
  ])('for %s', (_what, line, hasTicket, reasons) => {
    const text = line.startsWith('userknownhostsfile')
      ? PLAIN.replace(/^userknownhostsfile.*$/m, line)
      : `${PLAIN}${line}\n`;

    expect(systemReasons(settingsFrom(text, 'x'), () => hasTicket)).toEqual(
      reasons.map((reason) => expect.stringContaining(reason)),
    );
  });

  it('reads what ssh says of a host', () => {
    expect(settingsFrom(`${PLAIN}proxyjump a,b\nhostkeyalias cluster\n`, 'x')).toMatchObject({
      user: 'me',
      hostname: 'login.example',
      port: 2222,
      proxyJump: 'a,b',
      hostKeyAlias: 'cluster',
      acceptNewKeys: false,
      knownHostsFiles: [`${folder}/known_hosts`, '/dev/null', '/etc/none'],
    });
  });

  it('reads hosts on the way', () => {
    expect(parseJumps('me@gate:2222,inner,[fe80::1]:22,ssh://a@b/')).toEqual([
      { host: 'gate', user: 'me', port: 2222 },
      { host: 'inner' },
      { host: 'fe80::1', port: 22 },
      { host: 'b', user: 'a' },
    ]);
  });
});
