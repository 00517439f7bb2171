import { existsSync, readFileSync } from 'node:fs';
import { request } from 'node:https';
import { ServerProcess } from '../server-process.ts';
import { kubeconfig } from './certificates.ts';
import { ctr } from './image.ts';
import { ADDRESS, at, CONTAINERD_SOCKET, NODE, SERVICES } from './layout.ts';
import { type ProgramName, programPath } from './programs.ts';

const ETCD = 'http://127.0.0.1:23790';
const PEER = 'http://127.0.0.1:23800';

/** A process of the bed. */
export interface Daemon {
  readonly argv: readonly [string, ...string[]];
  isReady(): Promise<boolean>;
}

const pki = (name: string): string => at('pki', name);

/** Whether a server of the bed answers 200 for a path; asked as the administrator. */
function answers(port: number, path: string): Promise<boolean> {
  const [cert, key] = [readFileSync(pki('admin.crt')), readFileSync(pki('admin.key'))];
  const host = port === 443 ? ADDRESS : '127.0.0.1';
  return new Promise((resolve) => {
    const asked = request(
      // Some have certificates that they made themselves.
      { host, port, path, cert, key, rejectUnauthorized: false, timeout: 2000 },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode === 200);
      },
    );
    asked.on('timeout', () => asked.destroy()).on('error', () => resolve(false));
    asked.end();
  });
}

const program = (name: ProgramName, ...args: string[]): [string, ...string[]] => [
  programPath(name),
  ...args,
];

/** All of them, in the order in which they are started. */
export function daemons(): Readonly<Record<string, Daemon>> {
  return {
    containerd: {
      argv: ['containerd', `--config=${at('containerd.toml')}`],
      isReady: async () => existsSync(CONTAINERD_SOCKET) && ctr('version') !== '',
    },
    etcd: {
      argv: [
        'etcd',
        '--name=testbed',
        `--data-dir=${at('etcd')}`,
        `--listen-client-urls=${ETCD}`,
        `--advertise-client-urls=${ETCD}`,
        `--listen-peer-urls=${PEER}`,
        `--initial-advertise-peer-urls=${PEER}`,
        `--initial-cluster=testbed=${PEER}`,
        // What a test writes need not survive the machine.
        '--unsafe-no-fsync',
      ],
      isReady: async () => (await fetch(`${ETCD}/health`)).ok,
    },
    'kube-apiserver': {
      argv: program(
        'kube-apiserver',
        `--etcd-servers=${ETCD}`,
        `--bind-address=${ADDRESS}`,
        '--secure-port=443',
        `--advertise-address=${ADDRESS}`,
        `--service-cluster-ip-range=${SERVICES}`,
        '--authorization-mode=Node,RBAC',
        '--enable-admission-plugins=NodeRestriction',
        `--client-ca-file=${pki('ca.crt')}`,
        `--tls-cert-file=${pki('apiserver.crt')}`,
        `--tls-private-key-file=${pki('apiserver.key')}`,
        `--service-account-issuer=https://kubernetes.default.svc`,
        `--service-account-key-file=${pki('accounts.key')}`,
        `--service-account-signing-key-file=${pki('accounts.key')}`,
        `--kubelet-client-certificate=${pki('to-kubelet.crt')}`,
        `--kubelet-client-key=${pki('to-kubelet.key')}`,
        // The name of the node means nothing to the machine.
        '--kubelet-preferred-address-types=InternalIP',
        '--allow-privileged=true',
        '--endpoint-reconciler-type=none',
      ),
      isReady: () => answers(443, '/readyz'),
    },
    'kube-controller-manager': {
      argv: program(
        'kube-controller-manager',
        `--kubeconfig=${kubeconfig('controller-manager')}`,
        '--bind-address=127.0.0.1',
        '--secure-port=10357',
        `--authentication-kubeconfig=${kubeconfig('controller-manager')}`,
        `--authorization-kubeconfig=${kubeconfig('controller-manager')}`,
        `--root-ca-file=${pki('ca.crt')}`,
        `--service-account-private-key-file=${pki('accounts.key')}`,
        '--use-service-account-credentials=true',
        '--leader-elect=false',
        '--node-monitor-grace-period=16s',
        '--kube-api-qps=200',
        '--kube-api-burst=400',
      ),
      isReady: () => answers(10_357, '/healthz'),
    },
    'kube-scheduler': {
      argv: program(
        'kube-scheduler',
        `--kubeconfig=${kubeconfig('scheduler')}`,
        '--bind-address=127.0.0.1',
        '--secure-port=10359',
        `--authentication-kubeconfig=${kubeconfig('scheduler')}`,
        `--authorization-kubeconfig=${kubeconfig('scheduler')}`,
        '--leader-elect=false',
      ),
      isReady: () => answers(10_359, '/healthz'),
    },
    kubelet: {
      argv: program(
        'kubelet',
        `--config=${at('kubelet.json')}`,
        `--kubeconfig=${kubeconfig('kubelet')}`,
        `--root-dir=${at('kubelet')}`,
        `--cert-dir=${at('pki', 'kubelet')}`,
        `--hostname-override=${NODE}`,
        '--register-node=true',
      ),
      isReady: () => answers(10_250, '/healthz'),
    },
  };
}

const server = (name: string): ServerProcess => new ServerProcess(`kubernetes-${name}`);

/** Starts one, unless it runs. Why it did not start, or `undefined`. */
export async function startDaemon(name: string): Promise<string | undefined> {
  const daemon = daemons()[name];
  if (daemon === undefined) return `there is no ${name}`;
  const one = server(name);
  if (one.running() !== undefined) return undefined;
  const { argv } = daemon;
  const mark = argv[1] ?? argv[0];
  return one.start({ argv, mark, environment: {}, isReady: () => daemon.isReady() });
}

/** Ends one by force. */
export function stopDaemon(name: string): void {
  server(name).stop();
}

export const isRunning = (name: string): boolean => server(name).running() !== undefined;
