import { spawn } from 'node:child_process';
import type { Channel, ChannelEnd, Link } from './link.ts';
import { commandEnvironment } from './login-environment.ts';

/** A child of this process as a channel. */
export function spawnChannel(
  program: string,
  args: readonly string[],
  env?: Readonly<Record<string, string | undefined>>,
): Channel {
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
    ...(env === undefined ? {} : { env }),
  });
  const { stdin, stdout, stderr } = child;
  // That the other end is gone is told by `end`.
  stdin.on('error', () => undefined);
  const end = new Promise<ChannelEnd>((resolve) => {
    child.on('error', () => resolve({}));
    child.on('close', (code, signal) =>
      resolve({ ...(code === null ? {} : { code }), ...(signal === null ? {} : { signal }) }),
    );
  });
  return {
    stdin,
    stdout,
    stderr,
    end,
    destroy() {
      stdin.destroy();
      stdout.destroy();
      stderr.destroy();
      child.kill('SIGKILL');
    },
  };
}

/** Runs commands on this machine, by `/bin/sh`. */
export class LocalLink implements Link {
  readonly via = 'local';
  readonly host = 'this machine';
  readonly lost: Promise<string>;
  #end: (reason: string) => void = () => undefined;
  readonly #open = new Set<Channel>();

  constructor() {
    this.lost = new Promise((resolve) => {
      this.#end = resolve;
    });
  }

  open(command: string): Promise<Channel> {
    const channel = spawnChannel('/bin/sh', ['-c', command], commandEnvironment());
    this.#open.add(channel);
    void channel.end.then(() => this.#open.delete(channel));
    return Promise.resolve(channel);
  }

  async close(): Promise<void> {
    this.#end('it was closed');
    const ends = [...this.#open].map((channel) => channel.end);
    for (const channel of this.#open) channel.destroy();
    await Promise.all(ends);
  }
}
