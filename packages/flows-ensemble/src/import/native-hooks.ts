import { str } from '../python/text.ts';
import type { PyValue } from '../python/value.ts';
import type { UpstreamTask } from '../upstream/model.ts';
import { attributeOf } from '../upstream/task-types.ts';
import { yamlString, yamlValue } from './yaml-text.ts';

/** Where tasks of a hook stand. */
export interface HookSetting {
  readonly isOfRun: boolean;
  /** Folder of the hooks of the whole, below the project; '' for the project. */
  readonly directory: string;
  /** What stands for the former id of a run, as a text with expressions. */
  readonly id: string;
  /** Says what a person has to decide. */
  readonly decide: (text: string) => void;
}

/** What the shell takes for more than one command, of which the last one decides. */
const SEVERAL = /[;|&\n]/;

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;

/** The text as it is where `{{ }}` holds expressions. */
function literal(text: string): string {
  return text.replaceAll('{{', "{{ '{{' }}");
}

function isTrue(value: PyValue | undefined): boolean {
  return value !== undefined && value !== null && value !== false && value !== 0n && value !== '';
}

/** Whether a task is a check that fails the run at once. */
export function isStrictCheck(task: UpstreamTask | undefined): boolean {
  return task?.type === 'check' && isTrue(task.arguments.get('fail')?.value);
}

/** Members of a map on one line. */
function entry(pairs: readonly (readonly [string, string])[]): string {
  return `{ ${pairs.map(([key, value]) => `${key}: ${value}`).join(', ')} }`;
}

/** Tasks of model-ensembler as hooks. */
export class NativeHooks {
  readonly #setting: HookSetting;

  constructor(setting: HookSetting) {
    this.#setting = setting;
  }

  #text(task: UpstreamTask, name: string): string | undefined {
    const value = task.arguments.get(name)?.value;
    if (value === undefined || value === null) return undefined;
    const attribute = attributeOf(value);
    if (attribute === undefined) return literal(str(value));
    if (attribute === 'idx') return '{{ member.index }}';
    if (attribute === 'id') return this.#setting.id;
    return `{{ parameters['${attribute}'] }}`;
  }

  /** The command of a task, as upstream runs it: with bash, where an earlier failure in a line of commands does not count. */
  command(task: UpstreamTask): string {
    const cmd = this.#text(task, 'cmd') ?? '';
    const shell = this.#text(task, 'shell');
    if (shell === undefined && !SEVERAL.test(cmd)) return yamlString(cmd);
    return `[${[shell ?? 'bash', '-c', cmd].map(yamlString).join(', ')}]`;
  }

  /** The hook, a line of YAML; a comment where there is nothing like it. */
  line(task: UpstreamTask): string {
    switch (task.type) {
      case 'execute':
        return `- ${entry([['run', this.command(task)], ...this.#directory(task)])}`;
      case 'check':
        return this.#check(task);
      case 'quota':
        return `- ${entry([['quota', this.#quota(task)]])}`;
      case 'move':
        return `- ${entry([['move', this.#move(task)]])}`;
      default:
        return this.#without(task);
    }
  }

  #directory(task: UpstreamTask): readonly (readonly [string, string])[] {
    const { isOfRun, directory } = this.#setting;
    if (isOfRun) return [];
    const cwd = this.#text(task, 'cwd');
    if (cwd?.startsWith('/') === true) {
      this.#setting.decide(
        `a hook worked in ${cwd}, outside of the project: begin its command with \`cd\`.`,
      );
      return [];
    }
    const path = [directory, cwd ?? ''].filter((part) => part !== '').join('/');
    return path === '' ? [] : [['dir', yamlString(path)]];
  }

  #check(task: UpstreamTask): string {
    const patience: readonly [string, string][] = isStrictCheck(task)
      ? [['patience', '0s']]
      : [
          ['every', '30s'],
          ['patience', '30d'],
        ];
    return `- ${entry([['check', this.command(task)], ...patience, ...this.#directory(task)])}`;
  }

  #quota(task: UpstreamTask): string {
    const kilobytes = this.#text(task, 'atleast') ?? '0';
    const mount = this.#text(task, 'mnt');
    const source: (readonly [string, string])[] = [
      ['use', 'quota'],
      ['atLeast', `${kilobytes}Ki`],
    ];
    if (mount !== undefined) source.push(['path', yamlString(mount)]);
    return entry([['sources', `[${entry(source)}]`]]);
  }

  /** Arguments of a copy; without a shell, variables of the environment are references. */
  copyTerms(task: UpstreamTask): readonly (readonly [string, string])[] {
    const dest = (this.#text(task, 'dest') ?? '').replaceAll(
      VARIABLE,
      (_all, braced?: string, plain?: string) => {
        return `\${env:${braced ?? plain ?? ''}}`;
      },
    );
    const terms: (readonly [string, string])[] = [
      ['to', yamlString(`${dest}/${this.#setting.id}`)],
    ];
    for (const name of ['include', 'exclude']) {
      const value = task.arguments.get(name)?.value;
      if (value !== undefined && value !== null) terms.push([name, yamlValue(value)]);
    }
    return terms;
  }

  #move(task: UpstreamTask): string {
    return entry(this.copyTerms(task));
  }

  #without(task: UpstreamTask): string {
    const { decide } = this.#setting;
    const { path } = task.place;
    if (task.type === 'submit') {
      const script = this.#text(task, 'script') ?? '';
      decide(
        `${path}: \`submit\` did not wait for its job; the hook \`run: bash ${script}\` does.`,
      );
      return script === ''
        ? '# submit without a script: nothing'
        : `- ${entry([['run', yamlString(`bash ${script}`)]])}`;
    }
    if (task.type === 'jobs') {
      decide(`${path}: \`jobs\` is left out: \`jobs:\` limits the jobs of this ensemble.`);
      return `# jobs: limit ${this.#text(task, 'limit') ?? ''}, see \`jobs\` above`;
    }
    decide(
      `${path}: \`remove\` is left out, since no copy is verified right before it: \`archive: { to: ..., remove: true }\` copies, verifies and removes.`,
    );
    return '# remove: only what is archived and verified is removed, see `archive`';
  }
}
