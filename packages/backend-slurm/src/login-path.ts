import type {
  BudgetUse,
  Command,
  LinkStatus,
  RemoteHost,
  RemoteStream,
  RunOptions,
  RunResult,
  StreamOptions,
} from '@orchestrate/ssh';

/** Says the `PATH` of a login shell where SLURM is only found by that one, between marks, since start-up files may talk. */
const PROBE = `command -v sbatch >/dev/null 2>&1 || bash -lc 'printf "@@PATH=%s@@" "$PATH"' </dev/null 2>/dev/null; true`;

/** What {@link PROBE} answered; `undefined` where nothing is to be added. */
export function parseProbe(text: string): string | undefined {
  return [...text.matchAll(/@@PATH=([^@\n]*)@@/g)].at(-1)?.[1];
}

/**
 * A host whose commands find SLURM also where a site puts it on the `PATH` of login shells only: commands over SSH are not
 * read by one. Looked up once, when the first command is run.
 */
export class LoginPathHost implements RemoteHost {
  readonly name: string;
  readonly #host: RemoteHost;
  #path: Promise<string | undefined> | undefined;

  constructor(host: RemoteHost) {
    this.#host = host;
    this.name = host.name;
  }

  get status(): LinkStatus {
    return this.#host.status;
  }

  get budget(): BudgetUse {
    return this.#host.budget;
  }

  onStatus(listener: (status: LinkStatus) => void): Disposable {
    return this.#host.onStatus(listener);
  }

  async run(command: Command, options: RunOptions = {}): Promise<RunResult> {
    return this.#host.run(command, await this.#withPath(options));
  }

  async stream(command: Command, options: StreamOptions = {}): Promise<RemoteStream> {
    return this.#host.stream(command, await this.#withPath(options));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#host[Symbol.asyncDispose]();
  }

  async #withPath<T extends RunOptions | StreamOptions>(options: T): Promise<T> {
    this.#path ??= this.#host.run(PROBE, { idempotent: true }).then(
      ({ stdout }) => parseProbe(stdout),
      (error: unknown) => {
        // Without a connection nothing is known; the next command asks again.
        this.#path = undefined;
        throw error;
      },
    );
    const path = await this.#path;
    if (path === undefined || path === '') return options;
    return { ...options, env: { PATH: path, ...options.env } };
  }
}
