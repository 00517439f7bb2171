import { isFlowError } from '@orchestrate/core';
import { type RemoteHost, type RunOptions, type RunResult, shellQuote } from '@orchestrate/ssh';
import {
  type AccountLine,
  accountCommand,
  controllerCommand,
  parseAccount,
  parseController,
} from './accounting.ts';
import { type ClusterFile, packFiles } from './cluster-files.ts';
import { slurmError } from './errors.ts';
import { batchesFolder, batchLayout } from './layout.ts';
import { parseQueue, type QueueLine, queueCommand } from './queue.ts';
import { type BatchListing, listingScript, parseListing } from './status-listing.ts';
import { readAnswer, type SubmitAnswer } from './submit-answer.ts';

/** Ids that one command takes: an argument list has its limits. */
const IDS_AT_ONCE = 400;

/** What is asked of a cluster, each as one command over its login host. */
export class Cluster {
  readonly host: RemoteHost;
  /** Absolute path of the working folder on the cluster. */
  readonly workdir: string;
  #hasAccounting = true;
  /** Commands of SLURM that were run. */
  asked = 0;

  constructor(host: RemoteHost, workdir: string) {
    this.host = host;
    this.workdir = workdir;
  }

  /** Makes the folder of a batch, whole or not at all, and anew if there is one. @throws SLURM_WORKDIR_UNUSABLE and of the host */
  async write(name: string, files: readonly ClusterFile[], signal?: AbortSignal): Promise<void> {
    const folder = batchesFolder(this.workdir);
    const part = shellQuote(`.${name}.part`);
    const script = [
      'umask 077',
      `mkdir -p -- ${shellQuote(folder)} && cd -- ${shellQuote(folder)} || exit 3`,
      `rm -rf -- ${part} && mkdir -- ${part} && tar -x -f - -C ${part} || exit 3`,
      `rm -rf -- ${shellQuote(name)} && mv -- ${part} ${shellQuote(name)}`,
    ].join('\n');
    const { code, stderr } = await this.#run(script, {
      stdin: packFiles(files),
      idempotent: true,
      ...(signal === undefined ? {} : { signal }),
    });
    if (code === 0) return;
    throw slurmError(
      'SLURM_WORKDIR_UNUSABLE',
      `cannot write to ${folder} on ${this.host.name}: ${lastLine(stderr)}`,
      { details: { folder, host: this.host.name, clean: true } },
    );
  }

  /** Submits the script of a batch. Never throws: what cannot be known is in doubt. */
  async submit(name: string): Promise<SubmitAnswer> {
    this.asked += 1;
    const { script } = batchLayout(this.workdir, name);
    try {
      const { code, stdout, stderr } = await this.#run(['sbatch', '--parsable', script], {});
      return readAnswer(code, stdout, stderr);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const notSent = isFlowError(error) && error.details['outcome'] === 'not-sent';
      return { outcome: notSent ? 'busy' : 'doubtful', reason };
    }
  }

  /** The status files of batches; no SLURM command. @throws what the host throws */
  async list(batches: readonly string[]): Promise<BatchListing[]> {
    const { code, stdout } = await this.#run(listingScript(this.workdir, batches), QUESTION);
    return code === 0 ? parseListing(stdout) : [];
  }

  /** The queue of this user, or what it knows of some names, ended jobs included. @throws SLURM_UNREACHABLE and of the host */
  async queue(names?: readonly string[]): Promise<QueueLine[]> {
    this.asked += 1;
    const { code, stdout, stderr } = await this.#run(queueCommand(names), QUESTION);
    if (code === 0) return parseQueue(stdout);
    throw this.#unreachable('squeue', stderr);
  }

  /**
   * What SLURM remembers of jobs that are over: accounting where there is any and it answers, otherwise the controller, which
   * forgets them some minutes after their end.
   */
  async account(ids: readonly string[], ageMs: number): Promise<AccountLine[]> {
    const known = await this.#sacct({ ids }, ageMs);
    if (known !== undefined) return known;
    const lines: AccountLine[] = [];
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      this.asked += 1;
      const { stdout } = await this.#run(
        controllerCommand(ids.slice(at, at + IDS_AT_ONCE)),
        QUESTION,
      );
      lines.push(...parseController(stdout));
    }
    return lines;
  }

  /** Jobs of these names in accounting; none where it does not answer. */
  async accountNamed(names: readonly string[], ageMs: number): Promise<AccountLine[]> {
    return (await this.#sacct({ names }, ageMs)) ?? [];
  }

  async #sacct(
    what: Parameters<typeof accountCommand>[0],
    ageMs: number,
  ): Promise<AccountLine[] | undefined> {
    if (!this.#hasAccounting) return undefined;
    this.asked += 1;
    const { code, stdout, stderr } = await this.#run(accountCommand(what, ageMs), QUESTION);
    if (code === 0) return parseAccount(stdout);
    // A database that is down comes back; a cluster without one gets none while we look.
    if (isWithoutAccounting(code, stderr)) this.#hasAccounting = false;
    return undefined;
  }

  /** Marks jobs as to be ended, and has SLURM end allocations, `123_4` or, where the id is not known, all of a name. */
  async cancel(
    marks: readonly { readonly batch: string; readonly index: number }[],
    ids: readonly string[],
    names: readonly string[],
  ): Promise<void> {
    const folder = shellQuote(batchesFolder(this.workdir));
    const paths = marks.map(({ batch, index }) => shellQuote(`${batch}/c/${index}`)).join(' ');
    if (paths !== '') {
      await this.#run(`cd -- ${folder} && for f in ${paths}; do : >"$f"; done`, QUESTION);
    }
    for (let at = 0; at < ids.length; at += IDS_AT_ONCE) {
      this.asked += 1;
      await this.#run(['scancel', ...ids.slice(at, at + IDS_AT_ONCE)], QUESTION);
    }
    if (names.length === 0) return;
    this.asked += 1;
    const each = names.map((name) => `scancel -u "$(id -un)" --name=${shellQuote(name)}`);
    await this.#run(each.join('; '), QUESTION);
  }

  /**
   * Claims every job of a batch that nobody has claimed, so that none of them can run any more, whenever SLURM may start it.
   * Answers the indices that somebody else has: those run, or did.
   */
  async revoke(name: string, jobs: number): Promise<readonly number[]> {
    const { root } = batchLayout(this.workdir, name);
    const script = [
      `[ -d ${shellQuote(`${root}/s`)} ] || exit 0; cd -- ${shellQuote(root)} || exit 3`,
      `n=0; while [ "$n" -lt ${jobs} ]; do`,
      // A claim is made by opening a file that must not exist: the shell's own way is O_EXCL.
      '  if ( set -C; printf "revoked 0 -\\n" >"s/$n" ) 2>/dev/null; then :',
      '  else read -r owner rest <"s/$n" && [ "$owner" = revoked ] || echo "$n"; fi',
      '  n=$((n + 1))',
      'done',
    ].join('\n');
    const { code, stdout, stderr } = await this.#run(script, QUESTION);
    if (code !== 0) throw this.#unreachable('the shell', stderr);
    return stdout
      .split('\n')
      .filter((line) => line !== '')
      .map(Number);
  }

  /** The result files of packs, by batch and index; missing ones are left out. */
  async results(
    jobs: readonly { readonly batch: string; readonly index: number }[],
  ): Promise<ReadonlyMap<string, string>> {
    const names = jobs.map(({ batch, index }) => shellQuote(`${batch}/r/${index}.json`)).join(' ');
    const script = `cd -- ${shellQuote(batchesFolder(this.workdir))} && for f in ${names}; do [ -f "$f" ] && { printf '@%s\\n' "$f"; cat -- "$f"; echo; }; done; true`;
    const { stdout } = await this.#run(script, { ...QUESTION, maxOutputBytes: 512 * 2 ** 20 });
    const found = new Map<string, string>();
    let name = '';
    for (const line of stdout.split('\n')) {
      if (line.startsWith('@')) name = line.slice(1);
      else if (line !== '') found.set(name, line);
    }
    return found;
  }

  /** Removes the folders of batches that are of no use any more. */
  async remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    const folder = shellQuote(batchesFolder(this.workdir));
    await this.#run(`cd -- ${folder} && rm -rf -- ${names.map(shellQuote).join(' ')}`, QUESTION);
  }

  #run(command: readonly string[] | string, options: RunOptions): Promise<RunResult> {
    return this.host.run(command, options);
  }

  #unreachable(program: string, stderr: string): Error {
    return slurmError(
      'SLURM_UNREACHABLE',
      `${program} on ${this.host.name} did not answer: ${lastLine(stderr)}`,
      { details: { host: this.host.name, program } },
    );
  }
}

const QUESTION: RunOptions = { idempotent: true };

function isWithoutAccounting(code: number, stderr: string): boolean {
  return (
    code === 127 || /accounting storage is disabled|not supported|Slurm accounting/i.test(stderr)
  );
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
