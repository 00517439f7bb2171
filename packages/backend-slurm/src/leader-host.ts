import { randomBytes } from 'node:crypto';
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
import { leaderScript, variablesText } from './leader-job.ts';
import { nodeThere } from './runtime.ts';
import { readAnswer } from './submit-answer.ts';

const LIST_BYTES = 512 * 2 ** 20;
const LIST_MS = 600_000;
/** What a transfer leaves in a folder, at either end, for the next one. */
const TRANSFERS = '.orchestrate-staging';

type SubmitOptions = Parameters<NonNullable<LeaderHost['submit']>>[1];

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

  async submit(argv: readonly string[], options: SubmitOptions): Promise<string> {
    const { cwd = this.folder, env = {}, name, log } = options;
    const place = `${this.folder}/leader-jobs/${randomBytes(6).toString('hex')}`;
    const script = leaderScript({ argv, cwd, env, name, log }, `${place}.env`, this.#config);
    await this.#write(`${place}.env`, variablesText(env), options);
    await this.#write(`${place}.sh`, script, options);
    const { code, stdout, stderr } = await this.#host.run(
      ['sbatch', '--parsable', `${place}.sh`],
      given(options),
    );
    const answer = readAnswer(code, stdout, stderr);
    if (answer.outcome === 'accepted') return answer.id;
    await this.#host.run(['rm', '-f', '--', `${place}.env`], { idempotent: true });
    throw slurmError(
      answer.outcome === 'rejected' ? 'SLURM_LEADER_REFUSED' : 'SLURM_UNREACHABLE',
      `sbatch on ${this.name} did not take the job of the leader: ${answer.reason}`,
      { details: { host: this.name, program: 'sbatch' } },
    );
  }

  /** Makes a file that only its owner can read. */
  async #write(path: string, text: string, options: CallOptions): Promise<void> {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const script = `umask 077; mkdir -p -- ${shellQuote(folder)} && cat >${shellQuote(path)}`;
    const { code, stderr } = await this.#host.run(script, {
      stdin: text,
      idempotent: true,
      ...given(options),
    });
    if (code === 0) return;
    throw slurmError(
      'SLURM_WORKDIR_UNUSABLE',
      `cannot write ${path} on ${this.name}: ${stderr.trim()}`,
      {
        details: { folder, host: this.name, clean: true },
      },
    );
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
    const folder = shellQuote(from);
    const script = `[ -e ${folder} ] || exit 0; cd -- ${folder} && find . '(' -type f -o -type l ')' -printf '%s %T@ %p\\0'`;
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
    const { unchanged = {} } = options;
    return stdout.split('\0').flatMap((line) => {
      const [, size, modified, path] = /^(\d+) (-?\d+)\S* \.\/(.+)$/s.exec(line) ?? [];
      if (path === undefined || isOut(path)) return [];
      const known = Object.hasOwn(unchanged, path) ? unchanged[path] : undefined;
      const isSame = known?.[0] === Number(size) && known[1] === Number(modified);
      return isSame ? [] : [path];
    });
  }
}
