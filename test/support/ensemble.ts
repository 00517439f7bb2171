import { createHash } from 'node:crypto';
import {
  cpSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Call, type Ended, jsonLines, type Start, Workspace } from './workspace.ts';

const PACKAGES = fileURLToPath(new URL('../../node_modules/@orchestrate', import.meta.url));

/** Configurations in the form of model-ensembler, with what belongs to them. */
export const UPSTREAM_FIXTURES = fileURLToPath(
  new URL('../../packages/flows-ensemble/test/fixtures/upstream', import.meta.url),
);

/** What the summary of a run says of one failed task. */
interface Failure {
  readonly task: string;
  /** Its failure class. */
  readonly failure: string;
  readonly message: string;
}

/** How a run ended, with what its summary says. */
export interface EnsembleRun extends Ended {
  readonly outcome: string;
  readonly counts: Readonly<Record<string, number>>;
  readonly failures: readonly Failure[];
  /** Names of the tasks that failed, in order. */
  readonly failed: readonly string[];
}

/** One thing in a folder: mode and digest, where a link leads, or that it is a folder. */
export interface Described {
  readonly mode?: string;
  readonly sha256?: string;
  readonly link?: string;
  readonly folder?: true;
}

function describedEntry(path: string, root: string): Described {
  const stat = lstatSync(path);
  if (stat.isSymbolicLink()) return { link: readlinkSync(path) };
  const mode = (stat.mode & 0o7777).toString(8);
  if (stat.isDirectory()) return { folder: true, mode };
  const content = readFileSync(path, 'latin1').replaceAll(root, '@ROOT@');
  return { mode, sha256: createHash('sha256').update(content, 'latin1').digest('hex') };
}

/** Everything below a folder by its path; `root` is `@ROOT@` in contents, and the time in the name of a log is `*`. */
export function described(folder: string, root: string): Readonly<Record<string, Described>> {
  const found: Record<string, Described> = {};
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
    const name = path.replace(/execute_command\.[0-9.]+\.log$/, 'execute_command.*.log');
    found[name] = describedEntry(join(folder, path), root);
  }
  return found;
}

/** A workspace whose projects find the packages of this repository. */
export class EnsembleWorkspace extends Workspace {
  constructor(files: Readonly<Record<string, string>> = {}) {
    super(files);
    mkdirSync(this.path('node_modules'));
    symlinkSync(PACKAGES, this.path('node_modules/@orchestrate'));
  }

  /** Copies fixtures in the form of model-ensembler into the project. */
  bringFixtures(folder = '.'): void {
    cpSync(join(UPSTREAM_FIXTURES, folder), this.folder, {
      recursive: true,
      verbatimSymlinks: true,
    });
  }

  /** Writes a project with one ensemble; the options are those of its flow. */
  ensemble(options: Readonly<Record<string, unknown>>, name = 'ens'): void {
    const flow = { use: 'ensemble', backend: 'here', with: options };
    const project = {
      name: 'trial',
      plugins: ['@orchestrate/flows-ensemble'],
      backends: { here: { use: 'local', slots: 4 } },
      flows: { [name]: flow },
    };
    this.write('project.yaml', JSON.stringify(project, undefined, 1));
  }

  /** Runs the project to its end. */
  async run(words: readonly string[] = [], start: Start = {}): Promise<EnsembleRun> {
    return this.endOf(this.start(['run', '--json', ...words], start));
  }

  /** How a run that was started with `--json` ends. */
  async endOf(call: Call): Promise<EnsembleRun> {
    const ended = await call.ended;
    const summary = jsonLines(ended.stdout).findLast(({ type }) => type === 'summary') ?? {};
    const { outcome, counts, failures } = summary as unknown as EnsembleRun;
    const failed = (failures ?? []).map(({ task }) => task).sort();
    return { ...ended, outcome, counts: counts ?? {}, failures: failures ?? [], failed };
  }

  /** Lines of a file in the project; none where there is no file. */
  lines(path: string): readonly string[] {
    const isThere = lstatSync(this.path(path), { throwIfNoEntry: false }) !== undefined;
    return isThere
      ? this.read(path)
          .split('\n')
          .filter((line) => line !== '')
      : [];
  }

  /** Names in a folder of the project, sorted; none where there is no folder. */
  names(path: string): readonly string[] {
    const isThere = lstatSync(this.path(path), { throwIfNoEntry: false }) !== undefined;
    return isThere ? readdirSync(this.path(path)).sort() : [];
  }
}
