import { existsSync, readFileSync } from 'node:fs';
import { isFromAuthority } from './known-hosts.ts';
import type { KerberosTicket } from './login-environment.ts';
import { optionOf, type SshSettings } from './ssh-settings.ts';

/** Options that only the program `ssh` can follow, and what they mean to a person. */
const NEEDS: readonly (readonly [string, string])[] = [
  ['certificatefile', 'CertificateFile'],
  ['proxycommand', 'ProxyCommand'],
  ['pkcs11provider', 'PKCS11Provider'],
  ['knownhostscommand', 'KnownHostsCommand'],
  ['controlpath', 'ControlPath'],
];

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** Whether a key lives in a security key (FIDO). */
function isSecurityKey(file: string): boolean {
  return existsSync(file) && readText(`${file}.pub`).startsWith('sk-');
}

function wantsKerberos({ options }: SshSettings, ticket: KerberosTicket): boolean {
  const isOn = ['gssapiauthentication', 'gssapikeyexchange'].some(
    (name) => optionOf(options, name) === 'yes',
  );
  // Distributions turn it on for everybody: what tells is whether there is a ticket.
  return isOn && ticket();
}

/** Why a host needs the program `ssh`, each reason as a few words; empty when the library can do it. */
export function systemReasons(settings: SshSettings, ticket: KerberosTicket): readonly string[] {
  const { options, identityFiles } = settings;
  const reasons = NEEDS.filter(([name]) => optionOf(options, name) !== undefined).map(
    ([, name]) => `${name} in ~/.ssh/config`,
  );
  if (wantsKerberos(settings, ticket)) reasons.push('a Kerberos ticket');
  const provider = optionOf(options, 'securitykeyprovider');
  if (provider !== undefined && provider !== 'internal') reasons.push('SecurityKeyProvider');
  for (const file of identityFiles) {
    if (isSecurityKey(file)) reasons.push(`the security key ${file}`);
    if (existsSync(file) && existsSync(`${file}-cert.pub`)) {
      reasons.push(`the certificate ${file}-cert.pub`);
    }
  }
  const name = { host: settings.hostKeyAlias ?? settings.hostname, port: settings.port };
  if (settings.knownHostsFiles.some((file) => isFromAuthority(readText(file), name))) {
    reasons.push('a host certificate (@cert-authority in known_hosts)');
  }
  return reasons;
}
