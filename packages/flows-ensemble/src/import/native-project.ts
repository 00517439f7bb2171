import { posix } from 'node:path';
import { str } from '../python/text.ts';
import type { UpstreamBatch, UpstreamEnsemble, UpstreamTask } from '../upstream/model.ts';
import { flowNames, stemOf } from './flow-names.ts';
import type { ImportSetting } from './import-setting.ts';
import { isStrictCheck, NativeHooks } from './native-hooks.ts';
import { nativeParameters } from './native-parameters.ts';
import { yamlString } from './yaml-text.ts';

/** A project of native ensembles, and what about it a person has to decide. */
export interface NativeProject {
  readonly project: string;
  readonly decisions: readonly string[];
}

function indented(lines: readonly string[], by: number): string[] {
  return lines.map((line) => (line === '' ? '' : ' '.repeat(by) + line));
}

function listed(name: string, lines: readonly string[]): string[] {
  if (lines.length === 0) return [];
  const isEmpty = lines.every((line) => line.startsWith('#'));
  return isEmpty ? [...lines] : [`${name}:`, ...indented(lines, 2)];
}

/** Writes one batch as a native ensemble. */
class BatchWriter {
  readonly decisions: string[] = [];
  readonly #ensemble: UpstreamEnsemble;
  readonly #batch: UpstreamBatch;
  readonly #base: string;
  readonly #id: string;
  readonly #member: NativeHooks;
  readonly #whole: NativeHooks;
  readonly #process: NativeHooks;

  constructor(ensemble: UpstreamEnsemble, batch: UpstreamBatch, launch: string) {
    this.#ensemble = ensemble;
    this.#batch = batch;
    this.#base = this.#below(posix.join(launch, batch.basedir));
    const decide = (text: string): void => void this.decisions.push(text);
    this.#id = `${batch.name}-{{ member.index }}`;
    const common = { id: this.#id, decide };
    this.#member = new NativeHooks({ ...common, isOfRun: true, directory: '' });
    this.#whole = new NativeHooks({ ...common, isOfRun: false, directory: this.#base });
    this.#process = new NativeHooks({ ...common, isOfRun: false, directory: this.#below(launch) });
  }

  #below(path: string): string {
    const plain = posix.normalize(path).replace(/^\.\/|\/+$/g, '');
    return plain === '.' ? '' : plain;
  }

  /** `isFirst`, `isLast`: what surrounds all batches goes with the first and the last of them. */
  lines(
    name: string,
    place: { readonly before?: string; readonly isFirst: boolean; readonly isLast: boolean },
  ): string[] {
    const { hooks, jobFile, maxruns, maxjobs, templates } = this.#batch;
    const { lines, decisions, hasMembers } = nativeParameters(this.#ensemble, this.#batch);
    this.decisions.push(...decisions);
    const { preProcess, postProcess } = this.#ensemble;
    const pre = (tasks: readonly UpstreamTask[], of: NativeHooks): string[] =>
      tasks.map((task) => of.line(task));
    const before = [
      ...(place.isFirst ? pre(preProcess, this.#process) : []),
      ...pre(hooks.pre_batch, this.#whole),
    ];
    const after = [...this.#postBatch(), ...(place.isLast ? pre(postProcess, this.#process) : [])];
    return [
      `${name}:`,
      ...indented(
        [
          'use: ensemble',
          ...(place.before === undefined ? [] : [`needs: [${place.before}]`]),
          'with:',
          ...indented(
            [
              ...lines,
              `template: ${yamlString(this.#template())}`,
              `render: [${templates.map(yamlString).join(', ')}]`,
              'undefined: empty # as in model-ensembler; without this line, a name that is missing is an error',
              ...this.#directoryLine(hasMembers),
              ...(jobFile === undefined
                ? ['run: "true" # no job_file']
                : [`job: ${yamlString(jobFile)}`]),
              ...this.#resources(),
              `members: ${maxruns}`,
              `jobs: ${maxjobs}`,
              ...listed('before', before),
              ...listed('pre', this.#preRun()),
              ...this.#postRun(),
              ...listed('after', after),
            ],
            2,
          ),
        ],
        2,
      ),
    ];
  }

  #template(): string {
    const { templatedir } = this.#batch;
    const path = this.#below(
      posix.isAbsolute(templatedir) ? templatedir : posix.join(this.#base, templatedir),
    );
    if (posix.isAbsolute(path) || path.startsWith('..')) {
      this.decisions.push(
        `the template ${path} of batch ${this.#batch.name} lies outside of the project: move it there.`,
      );
    }
    return path;
  }

  #directoryLine(hasMembers: boolean): string[] {
    const own = hasMembers ? this.#id : `${this.#batch.name}-0`;
    const path = this.#base === '' ? own : `${this.#base}/${own}`;
    return [
      `directory: ${yamlString(path)} # the folders of before; leave it out for folders named by parameters`,
    ];
  }

  /** Never read by model-ensembler itself, so it is for a person to say what of it is meant. */
  #resources(): string[] {
    const { visible } = this.#batch;
    const terms = ['nodes', 'ntasks', 'length'].flatMap((name) => {
      const value = visible.get(name);
      return value === undefined || value === null ? [] : [`${name}: ${str(value)}`];
    });
    if (terms.length === 0) return [];
    this.decisions.push(
      `\`resources\` of batch ${this.#batch.name}: the job script asked for them itself (${terms.join(', ')}). Say cpus, memory and time here, so that limits, retries and reports know of them.`,
    );
    return [`# resources: { cpus: ..., memory: ..., time: ... } # before: ${terms.join(', ')}`];
  }

  #preRun(): string[] {
    const { hooks, repeat, name } = this.#batch;
    return hooks.pre_run.map((task) => {
      const line = this.#member.line(task);
      if (!repeat || !isStrictCheck(task)) return line;
      this.decisions.push(
        `\`pre\` of batch ${name}: ${task.place.path} sent members away that were done. Here finished members are known; a check that fails would fail the member, so it is left out.`,
      );
      return `# sent finished members away, which are known here: ${line.slice(2)}`;
    });
  }

  #postRun(): string[] {
    const { repeat, hooks, name } = this.#batch;
    const tasks = [...hooks.post_run];
    const lines: string[] = [];
    if (repeat) {
      const first = tasks[0];
      if (first !== undefined && isStrictCheck(first)) {
        tasks.shift();
        lines.push(`success: ${this.#member.command(first)} # says that a member is finished`);
      } else
        lines.push('# success: test -s ... # a command that says whether a member is finished');
      lines.push(
        'resubmit: { attempts: 20, on: [timeout] } # in place of `repeat`: each member by itself',
        "# progress: 'checkpoint*' # files that change as long as a member gets on; without progress it is given up",
      );
      this.decisions.push(
        `\`resubmit\` of batch ${name} stands for \`repeat\`: say how many attempts a member may have, after which failures, what tells that it is finished (\`success\`) and that it gets on (\`progress\`). The job has to go on from what the attempt before has left.`,
      );
    }
    const archive = this.#archive(tasks);
    return [
      ...lines,
      ...listed(
        'post',
        tasks.map((task) => this.#member.line(task)),
      ),
      ...archive,
    ];
  }

  /** A copy at the end, with or without removal, is an archive. Takes its tasks off the list. */
  #archive(tasks: UpstreamTask[]): string[] {
    const last = tasks.at(-1);
    const removes = last?.type === 'remove' && !last.arguments.has('directory');
    const move = removes ? tasks.at(-2) : last;
    if (move?.type !== 'move') return [];
    tasks.splice(removes ? -2 : -1);
    const terms = this.#member.copyTerms(move);
    const left = terms.find(([name]) => name === 'exclude');
    return [
      'archive:',
      ...indented(
        [
          ...terms.map(([key, value]) => `${key}: ${value}`),
          ...(removes ? ['remove: true # once every file of it is verified there'] : []),
          ...(removes && left !== undefined ? [`disposable: ${left[1]}`] : []),
        ],
        2,
      ),
    ];
  }

  #postBatch(): string[] {
    const { hooks, repeat, name } = this.#batch;
    return hooks.post_batch.map((task) => {
      const line = this.#whole.line(task);
      if (!repeat || !isStrictCheck(task)) return line;
      this.decisions.push(
        `\`after\` of batch ${name}: ${task.place.path} ended the repetition. Here it is over when every member is finished or given up, so it is left out.`,
      );
      return `# ended the repetition, which ends by itself here: ${line.slice(2)}`;
    });
  }
}

/** Native ensembles that do what a configuration of model-ensembler says, as far as that can be said in another way. */
export function nativeProject(
  ensemble: UpstreamEnsemble,
  { launch = '.' }: ImportSetting,
): NativeProject {
  const { batches, file } = ensemble;
  const [project = 'ensemble'] = flowNames([stemOf(file)]);
  const names = flowNames(batches.map(({ name }) => name));
  const decisions = [
    'Templates see every parameter by its name and all of them as `run`, with `run.idx`, `run.dir` and `run.id`; but `run.id` is now the label of a member, such as `depth=100.0`, and `run.name` the name of its ensemble. Batch keys such as `run.maxruns` are gone.',
    'A failed command fails its member, or, in `before`, all of them. Put `ignoreErrors: true` where that is not meant.',
  ];
  if (batches.length > 1) {
    decisions.push(
      'Batches follow each other by `needs`: when members of one fail, the next one does not begin. Take `needs` away where batches have nothing to do with each other.',
    );
  }
  const flows = batches.flatMap((batch, at) => {
    const writer = new BatchWriter(ensemble, batch, launch);
    const before = names[at - 1];
    const lines = writer.lines(names[at] ?? batch.name, {
      ...(before === undefined ? {} : { before }),
      isFirst: at === 0,
      isLast: at === batches.length - 1,
    });
    decisions.push(...writer.decisions);
    return ['', ...indented(lines, 2)];
  });
  return {
    project: [
      `# Made from ${file}.`,
      `name: ${project}`,
      'plugins: ["@orchestrate/flows-ensemble"]',
      '',
      'flows:',
      ...flows.slice(1),
      '',
    ].join('\n'),
    decisions: [...new Set(decisions)],
  };
}
