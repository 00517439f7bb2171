import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  CONTRACT_VERSION,
  type ComputeBackend,
  definePlugin,
  type Plugin,
  type Storage,
} from '@orchestrate/core';
import { z } from 'zod';
import type { Builtin } from '../../src/plugins/builtin.ts';
import {
  type LoadedProjectFile,
  type LoadOptions,
  loadProject,
} from '../../src/project/load-project.ts';
import type { Problem } from '../../src/project/loaded-project.ts';
import { isProjectProblems, placeText } from '../../src/project/project-problems.ts';

/** A folder with files that goes away again. */
export class Workspace implements Disposable {
  readonly directory = realpathSync(mkdtempSync(join(tmpdir(), 'orchestrate-project-')));

  constructor(files: Readonly<Record<string, string | Uint8Array>> = {}) {
    for (const [name, content] of Object.entries(files)) this.write(name, content);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  write(name: string, content: string | Uint8Array): void {
    mkdirSync(dirname(this.path(name)), { recursive: true });
    writeFileSync(this.path(name), content);
  }

  load(options: Partial<LoadOptions> = {}): Promise<LoadedProjectFile> {
    const { directory } = this;
    return loadProject({ file: 'project.yaml', cwd: directory, env: {}, builtins, ...options });
  }

  /** The problems the project has. */
  async problems(options: Partial<LoadOptions> = {}): Promise<readonly Problem[]> {
    try {
      return (await this.load(options)).warnings;
    } catch (error) {
      if (isProjectProblems(error)) return error.problems;
      throw error;
    }
  }

  /** `place: message (hint)` of every problem. */
  async lines(options: Partial<LoadOptions> = {}): Promise<readonly string[]> {
    return (await this.problems(options)).map(lineOf);
  }

  [Symbol.dispose](): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

export function lineOf(problem: Problem): string {
  const hint = problem.hint === undefined ? '' : ` (${problem.hint})`;
  return `${placeText(problem)}: ${problem.message}${hint}`;
}

/** Loads a single file with nothing else around it. */
export async function linesOf(text: string, options: Partial<LoadOptions> = {}) {
  using workspace = new Workspace({ 'project.yaml': text });
  return await workspace.lines(options);
}

function notMade(): never {
  throw new Error('loading makes nothing');
}

const localBackend = definePlugin({
  kind: 'backend',
  name: 'local',
  contract: CONTRACT_VERSION,
  config: z.strictObject({
    slots: z.int().min(1).optional(),
    workdir: z.string().min(1).optional(),
    mode: z.enum(['fast', 'careful']).optional(),
    ssh: z.strictObject({ host: z.string(), user: z.string().optional() }).optional(),
    partition: z.string().optional(),
  }),
  create: (): ComputeBackend => notMade(),
});

const cloudBackend = definePlugin({
  kind: 'backend',
  name: 'cloud',
  contract: CONTRACT_VERSION,
  config: z.strictObject({ region: z.string(), token: z.string().optional() }),
  create: (): ComputeBackend => notMade(),
});

const localStorage = definePlugin({
  kind: 'storage',
  name: 'local',
  contract: CONTRACT_VERSION,
  config: z.strictObject({ path: z.string().default('.') }),
  create: (): Storage => notMade(),
});

const Task = z.strictObject({
  run: z.union([z.string(), z.array(z.string()).min(1)]),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  matrix: z.record(z.string(), z.unknown()).optional(),
  backend: z.string().optional(),
  environment: z.record(z.string(), z.string()).optional(),
});

const inline = definePlugin({
  kind: 'flow',
  name: 'inline',
  contract: CONTRACT_VERSION,
  config: z.strictObject({ tasks: z.record(z.string(), Task) }),
  create: () => notMade(),
});

const sweep = definePlugin({
  kind: 'flow',
  name: 'sweep',
  contract: CONTRACT_VERSION,
  config: z.strictObject({ template: z.string(), matrix: z.unknown().optional() }),
  create: () => notMade(),
});

export function builtin(
  plugin: Plugin,
  from = `@orchestrate/${plugin.kind}-${plugin.name}`,
): Builtin {
  return { kind: plugin.kind, name: plugin.name, package: from, load: async () => plugin };
}

export const plugins: readonly Plugin[] = [localBackend, cloudBackend, localStorage, inline, sweep];
export const builtins: readonly Builtin[] = plugins.map((plugin) => builtin(plugin));

/** The smallest project there is. */
export const SMALL = `name: demo
flows:
  hello:
    tasks:
      greet: { run: echo hello }
`;
