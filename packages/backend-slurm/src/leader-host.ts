import { randomBytes } from 'node:crypto';
import type { CallOptions, LeaderHost } from '@orchestrate/core';
import { FarMachine, type RemoteHost, shellQuote } from '@orchestrate/ssh';
import type { SlurmConfig } from './config.ts';
import { slurmError } from './errors.ts';
import { leaderScript, variablesText } from './leader-job.ts';
import { nodeThere } from './runtime.ts';
import { readAnswer } from './submit-answer.ts';

type SubmitOptions = Parameters<NonNullable<LeaderHost['submit']>>[1];

function given({ signal }: CallOptions): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}

/** The login host as a machine that leads runs. */
export class ClusterHost extends FarMachine implements LeaderHost {
  readonly folder: string;
  readonly #config: SlurmConfig;

  constructor(host: RemoteHost, workdir: string, config: SlurmConfig) {
    super(host);
    this.folder = workdir;
    this.#config = config;
  }

  get name(): string {
    return this.host.name;
  }

  async node(): Promise<string> {
    return this.#config.node ?? (await nodeThere(this.host, this.folder));
  }

  async submit(argv: readonly string[], options: SubmitOptions): Promise<string> {
    const { cwd = this.folder, env = {}, name, log } = options;
    const place = `${this.folder}/leader-jobs/${randomBytes(6).toString('hex')}`;
    const script = leaderScript({ argv, cwd, env, name, log }, `${place}.env`, this.#config);
    await this.#write(`${place}.env`, variablesText(env), options);
    await this.#write(`${place}.sh`, script, options);
    const { code, stdout, stderr } = await this.host.run(
      ['sbatch', '--parsable', `${place}.sh`],
      given(options),
    );
    const answer = readAnswer(code, stdout, stderr);
    if (answer.outcome === 'accepted') return answer.id;
    await this.host.run(['rm', '-f', '--', `${place}.env`], { idempotent: true });
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
    const { code, stderr } = await this.host.run(script, {
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
}
