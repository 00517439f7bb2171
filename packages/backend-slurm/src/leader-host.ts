import type {
  CallOptions,
  HostFetchOptions,
  HostFile,
  HostRunOptions,
  LeaderHost,
} from '@orchestrate/core';
import { fetchFiles, type RemoteHost, sendFiles, shellQuote } from '@orchestrate/ssh';
import type { SlurmConfig } from './config.ts';
import { slurmError } from './errors.ts';
import { nodeThere } from './runtime.ts';

const LIST_BYTES = 512 * 2 ** 20;
const LIST_MS = 600_000;
/** What a transfer leaves in a folder, at either end, for the next one. */
const TRANSFERS = '.orchestrate-staging';

function given({ signal }: CallOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** The login host as a machine that leads runs. */
export class ClusterHost implements LeaderHost {
  readonly folder: string;
  readonly #host: RemoteHost;
  readonly #config: SlurmConfig;

  constructor(host: RemoteHost, workdir: string, config: SlurmConfig) {
    this.#host = host;
    this.folder = workdir;
    this.#config = config;
  }

  get name(): string {
    return this.#host.name;
  }

  async node(): Promise<string> {
    return this.#config.node ?? (await nodeThere(this.#host, this.folder));
  }

  async send(files: readonly HostFile[], to: string, options: CallOptions = {}) {
    const { sent, bytes } = await sendFiles(this.#host, {
      files: files.filter(({ path }) => path.split('/')[0] !== TRANSFERS),
      to,
      ...given(options),
    });
    return { sent, bytes };
  }

  async fetch(from: string, to: string, options: HostFetchOptions = {}) {
    const paths = options.only ?? (await this.#list(from, options));
    if (paths.length === 0) return { fetched: [], bytes: 0 };
    const { fetched, bytes } = await fetchFiles(this.#host, { from, to, paths, ...given(options) });
    return { fetched, bytes };
  }

  async run(argv: readonly string[], options: HostRunOptions = {}) {
    const { cwd, env, onOutput } = options;
    await using stream = await this.#host.stream(argv, {
      ...(cwd === undefined ? {} : { cwd }),
      ...(env === undefined ? {} : { env }),
      ...given(options),
    });
    for await (const piece of stream.stdout as AsyncIterable<Uint8Array>) onOutput?.(piece);
    const { code, stderr } = await stream.end;
    return { code, stderr };
  }

  /** Files and links below a folder, without what is left out. */
  async #list(from: string, options: HostFetchOptions): Promise<string[]> {
    const out = new Set([...(options.except ?? []), TRANSFERS]);
    const isOut = (path: string): boolean => {
      for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
        if (out.has(path.slice(0, at))) return true;
      }
      return false;
    };
    const script = `cd -- ${shellQuote(from)} && find . '(' -type f -o -type l ')' -print0`;
    const { code, stdout, stderr } = await this.#host.run(script, {
      idempotent: true,
      timeoutMs: LIST_MS,
      maxOutputBytes: LIST_BYTES,
      ...given(options),
    });
    if (code !== 0) {
      const message = `cannot list ${from} on ${this.name}: ${stderr.trim()}`;
      throw slurmError('SLURM_WORKDIR_UNUSABLE', message, {
        details: { folder: from, host: this.name, clean: true },
      });
    }
    return stdout
      .split('\0')
      .map((path) => path.replace(/^\.\//, ''))
      .filter((path) => path !== '' && !isOut(path));
  }
}
