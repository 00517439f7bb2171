import { spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { raise, raze } from '../../../tools/testbed/slurm/bed.ts';
import { ask, tell } from '../../../tools/testbed/slurm/cluster.ts';
import { readBed } from '../../../tools/testbed/slurm/description.ts';
import { until } from '../../../tools/testbed/slurm/execute.ts';
import { heal, resumeController, untilSaved } from '../../../tools/testbed/slurm/faults.ts';
import { type Layout, layoutOf, NODES } from '../../../tools/testbed/slurm/layout.ts';
import { inNamespace } from '../../../tools/testbed/slurm/network.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const CLI = join(ROOT, 'packages', 'cli', 'src', 'bin.ts');

/** How a command of ours ended, and what it said. */
export interface Said {
  /** Exit code; `undefined` when it was killed. */
  readonly code: number | undefined;
  readonly text: string;
}

/** A cluster that may be broken: a bed of its own, beside whatever bed is up for others. */
export class Site implements AsyncDisposable {
  readonly layout: Layout;
  readonly #wasUp: boolean;
  readonly #bin: string;

  private constructor(layout: Layout, wasUp: boolean, bin: string) {
    this.layout = layout;
    this.#wasUp = wasUp;
    this.#bin = bin;
  }

  static async open(): Promise<Site> {
    const layout = layoutOf(join(tmpdir(), 'orchestrate-testbed-slurm-faults'));
    const wasUp = readBed(layout) !== undefined;
    const bed = await raise(layout);
    if ('reason' in bed) throw new Error(`did not run: slurm (${bed.reason})`);
    const bin = mkdtempSync(join(tmpdir(), 'site-bin-'));
    // Accounting is reached from the network of the cluster only.
    for (const name of ['sacct', 'sacctmgr']) {
      const call = inNamespace(layout.clusterNamespace, `/usr/bin/${name}`).join(' ');
      writeFileSync(join(bin, name), `#!/bin/sh\nexec ${call} "$@"\n`);
      chmodSync(join(bin, name), 0o755);
    }
    return new Site(layout, wasUp, bin);
  }

  /** What a leader on this site has in its environment. */
  get environment(): Readonly<Record<string, string>> {
    return {
      PATH: `${this.#bin}${delimiter}${process.env['PATH'] ?? ''}`,
      SLURM_CONF: this.layout.paths.slurmConf,
    };
  }

  /** Undoes every fault and ends every job. */
  async heal(): Promise<void> {
    await resumeController(this.layout);
    await ask(this.layout, 'scancel', '-u', 'root');
    // A controller that forgot jobs takes nodes that still run them out of service.
    await ask(this.layout, 'scontrol', 'update', `NodeName=${NODES.join(',')}`, 'State=RESUME');
    await heal(this.layout);
  }

  /** Resolves when the controller has written down what runs. It writes only when something changes, so something does. */
  async saved(): Promise<void> {
    await untilSaved(this.layout);
  }

  /** Lets queued jobs start although their time has not come. */
  async startNow(): Promise<void> {
    const ids = await tell(this.layout, 'squeue', '-h', '-t', 'PENDING', '-o', '%F');
    for (const id of new Set(ids.split('\n').filter(Boolean))) {
      // Fails for those that started in the meantime.
      await ask(this.layout, 'scontrol', 'update', `JobId=${id}`, 'StartTime=now');
    }
  }

  /** Names of the jobs that are queued or run, one for each task of an array. */
  async queue(): Promise<readonly string[]> {
    const text = await tell(this.layout, 'squeue', '-h', '-r', '-o', '%j|%T');
    return text.split('\n').filter(Boolean);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#bin, { recursive: true, force: true });
    if (!this.#wasUp) await raze(this.layout);
  }
}

/** What else a project of members says. */
interface MoreOfMembers {
  /** Lines of the task. */
  readonly task?: readonly string[];
  readonly matrix?: string;
  /** What a member does, in place of what is watched. */
  readonly work?: string;
  /** Of commands of ours. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Lines of a script that tells when it begins, when it is done, and when it is not alone. */
function watched(work: string): string[] {
  return [
    'exec 9>>locks/{{ n }}; flock -n 9 || echo {{ n }} >> overlaps',
    'echo began >> effects/{{ n }}',
    work,
    'echo done >> effects/{{ n }}',
  ];
}

/** A project of `count` members on a site, each of which says when it begins, when it is done, and when it is not alone. */
export class Members implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'slurm-members-'));
  readonly #site: Site;
  readonly #numbers: readonly number[];

  readonly #environment: Readonly<Record<string, string>>;

  constructor(site: Site, count: number, work: string, more: MoreOfMembers = {}) {
    this.#site = site;
    this.#environment = more.environment ?? {};
    this.#numbers = Array.from({ length: count }, (_, n) => n);
    for (const name of ['effects', 'locks', 'node_modules']) mkdirSync(join(this.folder, name));
    const packages = join('node_modules', '@orchestrate');
    symlinkSync(join(ROOT, packages), join(this.folder, packages));
    const script = more.work === undefined ? watched(work) : [more.work];
    const project = [
      'name: faults',
      'plugins: ["@orchestrate/backend-slurm"]',
      'backends:',
      '  hpc: { use: slurm, pollSeconds: 0.5, queueSeconds: 2, settleSeconds: 5, graceSeconds: 1 }',
      'flows:',
      '  grow:',
      '    backend: hpc',
      `    matrix: ${more.matrix ?? `{ n: { range: [0, ${count - 1}, 1] } }`}`,
      '    tasks:',
      '      work:',
      '        run: |',
      ...script.map((line) => `          ${line}`),
      ...(more.task ?? []).map((line) => `        ${line}`),
      '',
    ];
    writeFileSync(join(this.folder, 'project.yaml'), project.join('\n'));
  }

  /** Runs a command of ours here; killed with SIGKILL when `killed` resolves. */
  command(words: readonly string[], killed?: Promise<unknown>): Promise<Said> {
    return new Promise((resolve, reject) => {
      const args = ['--conditions=@orchestrate/source', CLI, ...words];
      const child = spawn(process.execPath, args, {
        cwd: this.folder,
        env: { ...process.env, ...this.#site.environment, ...this.#environment },
      });
      const said: Buffer[] = [];
      child.stdout.on('data', (piece: Buffer) => said.push(piece));
      child.stderr.on('data', (piece: Buffer) => said.push(piece));
      void killed?.then(() => child.kill('SIGKILL'), reject);
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code: code ?? undefined, text: Buffer.concat(said).toString() });
      });
    });
  }

  /** Lines of the file that a member writes. */
  lines(member: number): readonly string[] {
    return readLines(join(this.folder, 'effects', String(member)));
  }

  /** Lets members end that wait for it. */
  go(): void {
    writeFileSync(join(this.folder, 'go'), '');
  }

  /** Contents of the files that members wrote. */
  written(): string[] {
    const folder = join(this.folder, 'effects');
    return readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  }

  /** Every file below the project. */
  files(): string[] {
    return readdirSync(this.folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !entry.parentPath.includes('node_modules'))
      .map((entry) => join(entry.parentPath, entry.name));
  }

  /** Files in which a text stands. */
  filesWith(text: string): string[] {
    return this.files().filter((file) => readFileSync(file).includes(text));
  }

  /** How often members began, and how often they were done, in all. */
  count(word: 'began' | 'done'): number {
    return this.#numbers.flatMap((n) => this.lines(n)).filter((line) => line === word).length;
  }

  /** Resolves when so many members have begun, or are done. */
  until(word: 'began' | 'done', count: number): Promise<void> {
    return until(`${count} members ${word}`, async () => this.count(word) >= count, 120);
  }

  /** What no fault may change: every member is done once, none ran twice at once, and no job is left. */
  async judge(): Promise<{
    lost: number[];
    repeated: number[];
    overlaps: readonly string[];
    left: string[];
  }> {
    const done = (n: number) => this.lines(n).filter((line) => line === 'done').length;
    const runs = readdirSync(join(this.folder, '.orchestrate', 'runs'));
    const jobs = async () =>
      (await this.#site.queue()).filter((name) => runs.some((run) => name.startsWith(run)));
    // The end of a job is in its status file before it is in the queue.
    await until('end of all jobs', async () => (await jobs()).length === 0, 90).catch(() => {});
    const left = await jobs();
    return {
      lost: this.#numbers.filter((n) => done(n) === 0),
      repeated: this.#numbers.filter((n) => done(n) > 1),
      overlaps: readLines(join(this.folder, 'overlaps')),
      left,
    };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What {@link Members.judge} finds where everything is as it should be. */
export const WELL = { lost: [], repeated: [], overlaps: [], left: [] };

function readLines(path: string): readonly string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').filter(Boolean) : [];
}
