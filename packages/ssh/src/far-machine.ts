import type { CallOptions, HostFetchOptions, HostFile, HostRunOptions } from '@orchestrate/core';
import { shellQuote } from './shell-text.ts';
import { fetchFiles } from './staging/fetch-files.ts';
import { mustSucceed } from './staging/insist.ts';
import { STAGING } from './staging/manifest.ts';
import { sendFiles } from './staging/send-files.ts';
import type { RemoteHost } from './transport.ts';

const LIST_BYTES = 512 * 2 ** 20;
const LIST_MS = 600_000;

function given({ signal }: CallOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** What the hosts of leaders have in common, of a host that commands can be run on. */
export class FarMachine {
  readonly host: RemoteHost;

  constructor(host: RemoteHost) {
    this.host = host;
  }

  /** As {@link LeaderHost.send}. @throws SSH_* */
  async send(files: readonly HostFile[], to: string, options: CallOptions = {}) {
    const { sent, bytes } = await sendFiles(this.host, {
      // What a transfer leaves in a folder, at either end, for the next one.
      files: files.filter(({ path }) => path.split('/')[0] !== STAGING),
      to,
      ...given(options),
    });
    return { sent, bytes };
  }

  /** As {@link LeaderHost.fetch}. @throws SSH_* */
  async fetch(from: string, to: string, options: HostFetchOptions = {}) {
    const paths = options.only ?? (await this.#list(from, options));
    if (paths.length === 0) return { fetched: [], bytes: 0 };
    const { fetched, bytes } = await fetchFiles(this.host, { from, to, paths, ...given(options) });
    return { fetched, bytes };
  }

  /** As {@link LeaderHost.run}. @throws SSH_* */
  async run(argv: readonly string[], options: HostRunOptions = {}) {
    const { cwd, env, onOutput } = options;
    await using stream = await this.host.stream(argv, {
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
    const out = new Set([...(options.except ?? []), STAGING]);
    const isOut = (path: string): boolean => {
      for (let at = path.length; at > 0; at = path.lastIndexOf('/', at - 1)) {
        if (out.has(path.slice(0, at))) return true;
      }
      return false;
    };
    const folder = shellQuote(from);
    const script = `[ -e ${folder} ] || exit 0; cd -- ${folder} && find . '(' -type f -o -type l ')' -printf '%s %T@ %p\\0'`;
    const listed = await this.host.run(script, {
      idempotent: true,
      timeoutMs: LIST_MS,
      maxOutputBytes: LIST_BYTES,
      ...given(options),
    });
    mustSucceed(this.host, `listing ${from}`, listed);
    const { unchanged = {} } = options;
    return listed.stdout.split('\0').flatMap((line) => {
      const [, size, modified, path] = /^(\d+) (-?\d+)\S* \.\/(.+)$/s.exec(line) ?? [];
      if (path === undefined || isOut(path)) return [];
      const known = Object.hasOwn(unchanged, path) ? unchanged[path] : undefined;
      const isSame = known?.[0] === Number(size) && known[1] === Number(modified);
      return isSame ? [] : [path];
    });
  }
}
