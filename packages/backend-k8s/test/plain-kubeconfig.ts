import { writeFileSync } from 'node:fs';

/** Writes a kubeconfig for a server of a test on this machine, which asks nobody who they are. */
export function writePlainKubeconfig(file: string, port: number): void {
  const name = 'plain';
  const server = `http://127.0.0.1:${port}`;
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    contexts: [{ name, context: { cluster: name, user: 'nobody' } }],
    users: [{ name: 'nobody', user: {} }],
  };
  writeFileSync(file, JSON.stringify(config));
}
