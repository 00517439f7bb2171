import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { writePlainKubeconfig } from './plain-kubeconfig.ts';
import { bed } from './trial.ts';

interface Kubeconfig {
  readonly clusters: readonly { readonly cluster: { readonly server: string } }[];
  readonly users: readonly {
    readonly user: {
      readonly 'client-certificate-data': string;
      readonly 'client-key-data': string;
    };
  }[];
}

/** In front of the API server of the bed: answers every so many calls itself, that it is too busy. */
export async function busyServer(every: number) {
  const kubeconfig = JSON.parse(readFileSync(bed().kubeconfig, 'utf8')) as Kubeconfig;
  const { server } = kubeconfig.clusters[0]?.cluster ?? { server: '' };
  const user = kubeconfig.users[0]?.user;
  const [cert, key] = [user?.['client-certificate-data'], user?.['client-key-data']].map((data) =>
    Buffer.from(data ?? '', 'base64'),
  );
  let calls = 0;
  const busy = {
    refused: 0,
    writeKubeconfig(file: string): void {
      writePlainKubeconfig(file, (front.address() as AddressInfo).port);
    },
    async [Symbol.asyncDispose]() {
      front.closeAllConnections();
      await new Promise((resolve) => front.close(resolve));
    },
  };
  const front = createServer((asked, answer) => {
    calls += 1;
    if (calls % every === 0) {
      busy.refused += 1;
      asked.resume();
      const status = { kind: 'Status', status: 'Failure', reason: 'TooManyRequests', code: 429 };
      answer.writeHead(429, { 'content-type': 'application/json', 'retry-after': '1' });
      answer.end(JSON.stringify({ ...status, message: 'too many requests, please try again' }));
      return;
    }
    const { method, headers } = asked;
    const url = new URL(asked.url ?? '/', server);
    const { host: _host, ...rest } = headers;
    const options = { method, headers: rest, cert, key, rejectUnauthorized: false };
    const onward = request(url, options, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => front.listen(0, '127.0.0.1', resolve));
  return busy;
}
