import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { ADDRESS, at, NODE, SERVER } from './layout.ts';

function openssl(...args: readonly string[]): void {
  const { error, status, stderr } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr.trim().split('\n').at(-1)}`);
}

const file = (name: string): string => at('pki', name);

/** A key and a certificate of the bed's own authority. */
function issue(name: string, subject: string, names?: string): void {
  const [key, request, certificate] = ['key', 'csr', 'crt'].map((end) => file(`${name}.${end}`));
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  openssl('req', '-new', ...curve, '-subj', subject, '-keyout', `${key}`, '-out', `${request}`);
  const use = names === undefined ? 'clientAuth' : `serverAuth\nsubjectAltName=${names}`;
  writeFileSync(file(`${name}.ext`), `extendedKeyUsage=${use}\n`);
  const by = ['-CA', file('ca.crt'), '-CAkey', file('ca.key'), '-CAcreateserial', '-days', '3650'];
  const to = ['-extfile', file(`${name}.ext`), '-out', `${certificate}`];
  openssl('x509', '-req', '-in', `${request}`, ...by, ...to);
}

/** Users of the cluster with certificates: name of the file -> subject. */
const USERS = {
  admin: '/O=system:masters/CN=testbed-admin',
  'controller-manager': '/CN=system:kube-controller-manager',
  scheduler: '/CN=system:kube-scheduler',
  kubelet: `/O=system:nodes/CN=system:node:${NODE}`,
  'to-kubelet': '/O=system:masters/CN=apiserver-to-kubelet',
} as const;

/** Who has a kubeconfig. */
export type UserName = keyof typeof USERS;

export const kubeconfig = (user: UserName): string => at('pki', `${user}.kubeconfig`);

function writeKubeconfig(user: UserName): void {
  const text = (name: string): string => readFileSync(file(name)).toString('base64');
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'testbed',
        cluster: { server: SERVER, 'certificate-authority-data': text('ca.crt') },
      },
    ],
    users: [
      {
        name: user,
        user: {
          'client-certificate-data': text(`${user}.crt`),
          'client-key-data': text(`${user}.key`),
        },
      },
    ],
    contexts: [{ name: 'testbed', context: { cluster: 'testbed', user } }],
    'current-context': 'testbed',
  };
  writeFileSync(kubeconfig(user), JSON.stringify(config), { mode: 0o600 });
}

/** Makes the authority, the certificates and the kubeconfigs of the bed, unless they are there. */
export function makeCertificates(): void {
  if (existsSync(file('done'))) return;
  mkdirSync(at('pki'), { recursive: true, mode: 0o700 });
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const ca = ['-keyout', file('ca.key'), '-out', file('ca.crt'), '-days', '3650'];
  openssl('req', '-x509', ...curve, '-subj', '/CN=orchestrate-testbed', ...ca);
  const names = ['kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'localhost'];
  const hosts = [...names.map((name) => `DNS:${name}`), `IP:${ADDRESS}`, 'IP:127.0.0.1'].join(',');
  issue('apiserver', '/CN=kube-apiserver', hosts);
  openssl('genrsa', '-out', file('accounts.key'), '2048');
  for (const [user, subject] of Object.entries(USERS)) {
    issue(user, subject);
    writeKubeconfig(user as UserName);
  }
  writeFileSync(file('done'), '');
}
