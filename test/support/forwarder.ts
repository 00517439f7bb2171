import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces } from 'node:os';

/** The address that this machine has for a bed with a network of its own, by the beginning of its interface's name. */
export function addressTowards(interfaceName: string): string {
  for (const [name, addresses] of Object.entries(networkInterfaces())) {
    const found = addresses?.find(({ family }) => family === 'IPv4');
    if (name.startsWith(interfaceName) && found !== undefined) return found.address;
  }
  throw new Error(`no interface ${interfaceName}: the bed is not up`);
}

/** Lets machines of a bed reach a server that listens on this machine's loopback only. */
export class Forwarder {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(port: number) {
    this.#server = createServer((near) => {
      const far = connect(port, '127.0.0.1');
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one);
        one.on('error', () => other.destroy()).on('close', () => this.#sockets.delete(one));
        one.pipe(other);
      }
    });
  }

  static async open(port: number, address: string): Promise<Forwarder> {
    const made = new Forwarder(port);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    made.#server.on('error', reject).listen(0, address, resolve);
    await promise;
    return made;
  }

  /** `host:port` under which it is reached. */
  get host(): string {
    const { address, port } = this.#server.address() as AddressInfo;
    return `${address}:${port}`;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
