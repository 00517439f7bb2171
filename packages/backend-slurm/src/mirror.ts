import { createHash } from 'node:crypto';
import { lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { globPattern, type JobSpec, type Logger, ownModule } from '@orchestrate/core';
import {
  fetchFiles,
  listFolder,
  type RemoteHost,
  type SourceFile,
  sendFiles,
  shellQuote,
} from '@orchestrate/ssh';
import { slurmError } from './errors.ts';
import { type HomeFiles, type JobFiles, logsOf } from './job-files.ts';

/** What a mirror is made of. */
export interface MirrorParts {
  readonly host: RemoteHost;
  /** Absolute path of the working folder on the cluster; without characters that mean something to a shell. */
  readonly workdir: string;
  /** Absolute path of the project on the leader. */
  readonly project: string;
  /** Files and folders of the project that all jobs need, as patterns. */
  readonly stage: readonly string[];
  readonly log: Logger;
}

/** Never brought along. */
const OWN = ['.orchestrate', '.git', 'node_modules'];
/** Files at the top of a project that are taken for code and tables, not for data. */
const MOST_BYTES = 64 * 2 ** 20;
const REGEX_SPECIAL = /[\\^$.*+?()[\]{}|]/g;

function shortDigest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}

/**
 * A copy of the project on the cluster, kept for as long as the project lives there: only what changed is sent, and what jobs
 * leave comes back. Paths outside the project that a job reads or writes have places of their own beside it.
 */
export class Mirror implements JobFiles {
  readonly isApart = true;
  readonly #parts: MirrorParts;
  readonly #root: string;
  readonly #outside: string;
  readonly #projectPath: RegExp;
  #line: Promise<void> = Promise.resolve();
  #isCommonSent = false;
  readonly #made = new Set<string>();

  constructor(parts: MirrorParts) {
    this.#parts = parts;
    const { workdir, project } = parts;
    const place = `${workdir}/projects/${basename(project).replace(/[^A-Za-z0-9_-]/g, '_')}-${shortDigest(project)}`;
    this.#root = `${place}/project`;
    this.#outside = `${place}/outside`;
    const written = project.replace(REGEX_SPECIAL, '\\$&');
    // The project's path, and not that of a folder whose name only begins like it.
    this.#projectPath = new RegExp(`${written}(?![A-Za-z0-9_.@+-])`, 'g');
  }

  pathOf(path: string): string {
    const inside = this.#inside(path);
    if (inside !== undefined) return inside === '' ? this.#root : `${this.#root}/${inside}`;
    return `${this.#outside}/${shortDigest(dirname(path))}/${basename(path)}`;
  }

  textOf(text: string, { directory, reads = [], writes = [], work }: JobSpec): string {
    let mapped = text;
    for (const path of [...reads, ...writes, directory, ...ownModule(work)]) {
      if (this.#inside(path) === undefined) mapped = mapped.replaceAll(path, this.pathOf(path));
    }
    return mapped.replaceAll(this.#projectPath, this.#root);
  }

  async send(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<void> {
    await this.#inLine(async () => {
      const inside = new Map<string, SourceFile>();
      const outside = new Map<string, SourceFile>();
      if (!this.#isCommonSent) for (const file of this.#common()) inside.set(file.path, file);
      for (const folder of new Set(jobs.map(({ directory }) => directory))) {
        if (this.#inside(folder) !== '') this.#add(folder, inside, outside);
      }
      for (const { reads = [], work } of jobs) {
        for (const path of [...reads, ...ownModule(work)]) this.#add(path, inside, outside);
      }
      await this.#makeFolders(jobs, signal);
      await this.#sendTo(this.#root, inside, signal);
      await this.#sendTo(this.#outside, outside, signal);
      this.#isCommonSent = true;
    });
  }

  /** Folders that things come home from exist, whether a job has left something there or not. */
  async #makeFolders(jobs: readonly JobSpec[], signal?: AbortSignal): Promise<void> {
    const wanted = new Set([this.#root, this.#outside]);
    for (const job of jobs) {
      const { directory, writes, logs } = this.homeFiles(job);
      for (const path of [directory ?? [], writes, logs].flat()) {
        if (this.#inside(path) === undefined) wanted.add(dirname(this.pathOf(path)));
      }
    }
    const missing = [...wanted].filter((folder) => !this.#made.has(folder));
    if (missing.length === 0) return;
    const script = `umask 077; mkdir -p -- ${missing.map(shellQuote).join(' ')}`;
    const { host } = this.#parts;
    const { code, stderr } = await host.run(script, {
      idempotent: true,
      ...(signal === undefined ? {} : { signal }),
    });
    if (code !== 0) {
      const message = `cannot make folders in ${this.#parts.workdir} on ${host.name}: ${stderr.trim()}`;
      throw slurmError('SLURM_WORKDIR_UNUSABLE', message, {
        details: { folder: this.#parts.workdir, host: host.name, clean: true },
      });
    }
    for (const folder of missing) this.#made.add(folder);
  }

  homeFiles(job: JobSpec): HomeFiles {
    const { directory, writes = [] } = job;
    const isWhole = this.#inside(directory) === '';
    return { ...(isWhole ? {} : { directory }), writes, logs: logsOf(job) };
  }

  async fetch(files: readonly HomeFiles[]): Promise<void> {
    const paths = new Set<string>();
    const outside = new Map<string, Set<string>>();
    for (const { directory, writes, logs } of files) {
      for (const path of [...(directory === undefined ? [] : [directory]), ...writes, ...logs]) {
        const inside = this.#inside(path);
        if (inside !== undefined) paths.add(inside);
        else {
          const folder = dirname(path);
          const names = outside.get(folder) ?? new Set();
          outside.set(folder, names.add(basename(path)));
        }
      }
    }
    await this.#inLine(async () => {
      const { host, project } = this.#parts;
      if (paths.size > 0)
        await fetchFiles(host, { from: this.#root, to: project, paths: [...paths] });
      for (const [folder, names] of outside) {
        const from = `${this.#outside}/${shortDigest(folder)}`;
        await fetchFiles(host, { from, to: folder, paths: [...names] });
      }
    });
  }

  /** Path below the project; '' for the project itself; `undefined` outside. */
  #inside(path: string): string | undefined {
    const way = relative(this.#parts.project, path);
    if (way === '') return '';
    return way.startsWith(`..${sep}`) || way === '..' ? undefined : way;
  }

  /** Files at the top that fit a pattern, and folders that are named. */
  #common(): SourceFile[] {
    const { project, stage } = this.#parts;
    const named = stage.map((text) => text.replace(/\/+$/, ''));
    const patterns = named.map(globPattern);
    return readdirSync(project).flatMap((name): SourceFile[] => {
      if (OWN.includes(name)) return [];
      const from = join(project, name);
      const stat = lstatSync(from);
      if (stat.isDirectory()) {
        if (!named.includes(name)) return [];
        const below = listFolder(from).map((file) => ({ ...file, path: `${name}/${file.path}` }));
        return [{ path: name, from }, ...below];
      }
      const fits = patterns.some((pattern) => pattern.test(name));
      return fits && stat.size <= MOST_BYTES ? [{ path: name, from }] : [];
    });
  }

  #add(path: string, inside: Map<string, SourceFile>, outside: Map<string, SourceFile>): void {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (stat === undefined) return;
    const way = this.#inside(path);
    const place = way ?? `${shortDigest(dirname(path))}/${basename(path)}`;
    const files = way === undefined ? outside : inside;
    files.set(place, { path: place, from: path });
    if (!stat.isDirectory()) return;
    for (const file of listFolder(path)) {
      const below = `${place}/${file.path}`;
      files.set(below, { path: below, from: file.from });
    }
  }

  async #sendTo(to: string, files: Map<string, SourceFile>, signal?: AbortSignal): Promise<void> {
    if (files.size === 0) return;
    const { sent, bytes } = await sendFiles(this.#parts.host, {
      files: [...files.values()],
      to,
      ...(signal === undefined ? {} : { signal }),
    });
    if (sent > 0) this.#parts.log.debug({ files: sent, bytes, to }, 'files sent');
  }

  /** One transfer at a time: two for one folder would be in each other's way. */
  async #inLine(work: () => Promise<void>): Promise<void> {
    const before = this.#line;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#line = promise;
    await before;
    try {
      await work();
    } finally {
      resolve();
    }
  }
}
