/** How bad it is to rely on something, worst first. */
export const SEVERITIES = [
  'Data or results at risk',
  'Other values than one would expect',
  'Other work than one would expect',
  'Harmless',
] as const;

/** How bad it is to rely on something. */
type Severity = (typeof SEVERITIES)[number];

/** What is to be said of everything of one kind that a configuration relies on. */
export interface FindingKind {
  readonly severity: Severity;
  readonly title: string;
  /** What model-ensembler does. */
  readonly upstream: string;
  /** What happens in its place. */
  readonly here: string;
  readonly action: string;
}

type Row = readonly [title: string, upstream: string, here: string, action: string];

const QUOTE = 'Quote it if the text is meant; otherwise leave it.';
const SAME_VALUE = 'It is read as the same value, so that templates give the same bytes.';

const RISKS: Readonly<Record<string, Row>> = {
  'move-then-remove': [
    'A run is removed although its copy failed',
    'Removes the run folder also when the `move` before it failed, and with it the only copy.',
    'Nothing is removed whose copy was not read back and found equal; the member fails instead, its folder stays.',
    'Nothing. Members that fail here would have been lost.',
  ],
  'failure-ignored': [
    'The failure of a task is passed over',
    'Goes on with the next task when `execute`, `move` or `remove` fails.',
    'The member fails at this task, the others go on, and the exit code tells.',
    'Write `|| true` behind commands that may fail; or `compat: upstream` for all of them, if the ensemble relies on it.',
  ],
  'post-run-after-failure': [
    'Work goes on after a job that failed',
    'Works through `post_run` also when the job failed, timed out or was not submitted.',
    'A member whose job failed stops there.',
    'Nothing, unless `post_run` has to clean up after failed jobs: let the job do that.',
  ],
  'batch-name-twice': [
    'Two batches use the same folders',
    'Makes the runs of both in the same folders; the second fails, or overwrites the first.',
    'The second batch finds folders that are not its own and fails.',
    'Give one of them another `name` or `basedir`.',
  ],
};

const VALUES: Readonly<Record<string, Row>> = {
  'leaked-value': [
    'A value of an earlier run is used again',
    'Keeps what an earlier run or batch has set, for all that do not set it themselves.',
    'Every run has its own values, those of its batch and of `vars`, and no others.',
    'Give each run the value it needs. Results of runs made before may have used a wrong one.',
  ],
  'base-60-number': [
    'A time is read as a number',
    'Reads `12:30:00` without quotes as a number of base 60; Slurm takes that for minutes.',
    SAME_VALUE,
    'Quote times.',
  ],
  'octal-number': [
    'A number is octal',
    'Reads a number with a zero in front as octal.',
    SAME_VALUE,
    'Quote it to keep the zero, or leave out the zero.',
  ],
  'underscored-number': [
    'A text is read as a number',
    'Reads `1_000` as a number.',
    SAME_VALUE,
    QUOTE,
  ],
  'word-as-boolean': [
    'A word is read as a truth value',
    'Reads `yes`, `no`, `on`, `off` as truth values and prints `True`, `False`.',
    SAME_VALUE,
    QUOTE,
  ],
  'exponent-as-text': [
    'A number is read as a text',
    'Reads `1e-3`, without point or sign, as a text.',
    SAME_VALUE,
    'Write `1.0e-3` if a number is meant.',
  ],
  'date-as-object': [
    'A time is read as a date',
    "Reads a date with a time as an object and prints it in Python's form.",
    SAME_VALUE,
    QUOTE,
  ],
  'duplicate-key': [
    'A key is there twice',
    'Takes the last one and says nothing.',
    'The last one counts as well.',
    'Remove the one that is not meant.',
  ],
  'merge-order': [
    'Merged maps have the same key',
    'Takes the value of the map that comes first.',
    SAME_VALUE,
    'Write the key into the map itself.',
  ],
  'hidden-variable': [
    'A variable is hidden',
    'Gives templates the batch key of that name, also where the batch does not set it.',
    'The same.',
    'Use another name for the variable.',
  ],
  'automatic-name': [
    'A parameter has no effect',
    'Sets `idx`, `id`, `dir` and `batch_idx` for every run, whatever the run says.',
    'The same.',
    'Use another name for the parameter.',
  ],
  'move-filter': [
    'A copy takes other files than it says',
    'Drops `exclude`; with `include` copies the top level of the folder only.',
    '`include` and `exclude` mean what they say, at any depth.',
    'Look whether the archive should have what was left out so far.',
  ],
  'run-reference-unknown': [
    'A text stands for a value that no run has',
    'Takes a text that begins with `run.` for an attribute of the run and fails.',
    'The member fails as well, unless the value is given in `variables`.',
    'Begin commands with `./`, or give the value.',
  ],
  'truth-of-text': [
    'A text stands for true',
    'Takes any text but the empty one for true, `"false"` as well.',
    'The same.',
    'Write true or false without quotes.',
  ],
};

const WORK: Readonly<Record<string, Row>> = {
  repeat: [
    'A batch repeats',
    'Begins all runs again until a hook fails or no run is left, and ends with an error; one slow run holds up the next cycle.',
    'The same cycles, which end when a check says so; that is no failure. `maxCycles` limits them.',
    'Think of `resubmit` with a success probe: each member then goes on by itself. `--to-native` writes it.',
  ],
  'cluster-missing': [
    'No partition is named',
    'With Slurm, loops without end.',
    '`cluster` is a value for templates only; the backend of the project says where jobs run.',
    'Nothing, or name the partition in the options of the backend.',
  ],
  'task-outside-run': [
    'A check of jobs stands outside of runs',
    'With Slurm, loops without end.',
    'It is asked again and again, with pauses, until it holds.',
    'Move it to `pre_run`, or leave it out: `maxjobs` limits jobs.',
  ],
  'job-name-prefix': [
    'Jobs are counted by how their names begin',
    'Counts all jobs whose name begins so, of other batches too, up to 0.6 also those of other users.',
    '`maxjobs` counts the jobs of this batch alone; a `jobs` task counts your own jobs by name.',
    'Leave out `jobs` tasks that stand for `maxjobs`.',
  ],
  'no-runs': [
    'A batch has no runs',
    'Logs an error and leaves out `post_batch`.',
    'The batch is over at once, and its `post_batch` is run.',
    'Remove the batch.',
  ],
  'index-option': [
    '`-i` selects runs',
    'From 0.5.4 on leaves out the runs named.',
    '`--only` runs them, `--skip` leaves them out.',
    'Look which is meant where you used `-i`.',
  ],
};

const HARMLESS: Readonly<Record<string, Row>> = {
  'run-reference': [
    'A whole text stands for a value of the run',
    'Replaces a text that begins with `run.` as a whole.',
    'The same.',
    'Nothing; begin commands that only look like it with `./`.',
  ],
  'cwd-ignored': [
    '`cwd` has no effect',
    'Works in the folder of the run, whatever `cwd` says.',
    'The same.',
    'Remove it.',
  ],
  'empty-vars': ['`vars` is empty', 'Refuses it.', 'It is an empty map.', 'Nothing.'],
};

const TABLES = [RISKS, VALUES, WORK, HARMLESS] as const;

/** All kinds that are described, worst first. */
export const FINDING_KINDS: readonly string[] = TABLES.flatMap((table) => Object.keys(table));

/** What is to be said of a kind of warning. */
export function findingKind(kind: string): FindingKind {
  for (const [at, table] of TABLES.entries()) {
    const row = Object.hasOwn(table, kind) ? table[kind] : undefined;
    const severity = SEVERITIES[at];
    if (row === undefined || severity === undefined) continue;
    const [title, upstream, here, action] = row;
    return { severity, title, upstream, here, action };
  }
  return {
    severity: SEVERITIES[2],
    title: kind,
    upstream: 'See below.',
    here: 'See below.',
    action: 'Look at each place.',
  };
}
