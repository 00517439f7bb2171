import type { CommandSpec, OptionSpec, PositionalSpec } from '../arguments/command-spec.ts';
import { CHECK } from './check-spec.ts';
import { DEBUG } from './debug-spec.ts';
import { ABOUT_DETACHED, ALL, DETACHED, ON } from './host-specs.ts';
import { IMPORT } from './import-spec.ts';
import { K8S } from './k8s-spec.ts';
import { ABOUT_MEMBERS, MEMBERS } from './member-specs.ts';
import { RECORD } from './record-spec.ts';
import { run } from './run.ts';
import { STORAGE } from './storage-spec.ts';
import { validate } from './validate.ts';

const RUN: OptionSpec = {
  name: 'run',
  value: 'RUN',
  complete: 'run',
  says: 'A run by its id, or the beginning of it',
  otherwise: 'the latest run',
};

const FRESH: OptionSpec = { name: 'fresh', says: 'Do everything again; use no earlier work' };

const FAIL_FAST: OptionSpec = {
  name: 'fail-fast',
  says: 'Start nothing new once a task has failed for good',
};

const TASK: PositionalSpec = {
  name: 'TASK',
  complete: 'task',
  says: 'A task: its name `set/label`, `set[number]`, or a pattern with * that fits only one',
};

const TASKS: PositionalSpec = {
  name: 'TASK',
  optional: true,
  many: true,
  complete: 'task',
  says: 'Tasks by name, whole sets or flows, or patterns with *',
};

const FLOWS: PositionalSpec = {
  name: 'PART',
  optional: true,
  many: true,
  complete: 'task',
  says: 'A flow, a set or a task; what it needs is done too. Without any: everything',
};

/** Every command, in the order in which the help lists them. */
export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'Write a project that runs',
    description: [
      'Makes project.yaml and what belongs to it from a template. Nothing that exists is overwritten.',
    ],
    positionals: [
      {
        name: 'FOLDER',
        optional: true,
        complete: 'folder',
        says: 'Where to write it; made if it is missing. Without it: the current folder',
      },
    ],
    options: [
      {
        name: 'template',
        short: 't',
        value: 'NAME',
        choices: ['sweep', 'minimal'],
        says: '`sweep`: a small model over a parameter grid, then a table of its results; `minimal`: two tasks',
        otherwise: 'sweep',
      },
    ],
    examples: [
      { line: 'orchestrate init', says: 'a parameter sweep in the current folder' },
      { line: 'orchestrate init hello --template minimal', says: 'two tasks in the folder hello' },
    ],
    withoutProject: true,
    load: async () => (await import('./init.ts')).init,
  },
  {
    name: 'validate',
    summary: 'Check the project file and say everything that is wrong with it',
    description: [
      'Reads the project with its includes, profiles and overrides, checks every value against the plugins it names and plans the flows. Nothing is started. Every problem is shown with its line; exit code 2 when there is one.',
    ],
    examples: [
      { line: 'orchestrate validate', says: 'check ./project.yaml' },
      {
        line: 'orchestrate validate -c other.yaml -p laptop',
        says: 'another file, with a profile',
      },
      { line: 'orchestrate validate --json', says: 'the problems for a program, e.g. an editor' },
    ],
    // Small, and made of what every command needs: a file of its own would only cost time.
    load: () => Promise.resolve(validate),
  },
  {
    name: 'plan',
    summary: 'Show what a run would do, why, and what it costs',
    description: [
      'Lists every set of tasks: whether it will run or was finished before and why, where, as what kind of jobs, and the sum of tasks, cpu-hours and bytes. Nothing is started.',
      'Files in local storage are compared with what earlier runs read and wrote. Objects in other storages count as they were left.',
      'With --check, backends that can are asked whether they would take the jobs: on SLURM `sbatch --test-only`, once for what asks for the same. Nothing is submitted; exit code 2 when something would be refused.',
    ],
    options: [
      ...MEMBERS,
      { name: 'check', says: 'Ask the backends whether they would take the jobs' },
    ],
    examples: [
      { line: 'orchestrate plan', says: 'everything' },
      { line: 'orchestrate plan --where depth=100.0', says: 'what a run of some members would do' },
      { line: 'orchestrate plan --set limits.jobs=4', says: 'with one value changed' },
      { line: 'orchestrate plan --check', says: 'before a large run on a cluster' },
      { line: 'orchestrate plan --json', says: 'for a program' },
    ],
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'run',
    summary: 'Run the project, or go on where it was left',
    description: [
      'Does what is not done yet. Finished tasks whose inputs, parameters and outputs are unchanged are used again; an unfinished run of the same plan is continued.',
      'On a terminal you see progress; elsewhere every event is one line of JSON on standard output. Ctrl-C once stops after the tasks that are running; twice leaves at once, the jobs stay alive and `orchestrate resume` finds them.',
      ABOUT_MEMBERS,
      ABOUT_DETACHED,
      'Exit code: 0 all succeeded, 1 work failed, 2 the project or the call is wrong, 3 stopped and resumable.',
    ],
    positionals: [FLOWS],
    options: [
      ...MEMBERS,
      FAIL_FAST,
      FRESH,
      {
        name: 'abandon',
        says: 'Begin anew although the last run is unfinished; its jobs are cancelled',
      },
      ...DETACHED,
      ALL,
    ],
    examples: [
      { line: 'orchestrate run', says: 'everything in ./project.yaml' },
      {
        line: 'orchestrate run -p laptop --set limits.jobs=2',
        says: 'with a profile and one value changed',
      },
      { line: 'orchestrate run sweep.model', says: 'one set and what it needs' },
      { line: 'orchestrate run --only sens.0-2', says: 'the first three members of an ensemble' },
      { line: 'orchestrate run --failed', says: 'the members that failed in the last run' },
      { line: 'orchestrate run --json > events.jsonl', says: 'keep every event' },
      {
        line: 'orchestrate run --detach --on hpc',
        says: 'led from the login node of the backend hpc',
      },
    ],
    load: () => Promise.resolve(run),
  },
  {
    name: 'resume',
    summary: 'Go on with an unfinished run after a stop, a crash or a power cut',
    description: [
      'Finds the jobs that are still alive, takes them over, and goes on. Nothing is done twice. Failed tasks stay failed; `orchestrate retry` tries them again.',
    ],
    options: [RUN, FAIL_FAST, ...DETACHED],
    examples: [
      { line: 'orchestrate resume', says: 'the latest run' },
      { line: 'orchestrate resume --run k3x', says: 'a certain one' },
    ],
    load: async () => (await import('./resume.ts')).resume,
  },
  {
    name: 'status',
    summary: 'Show how a run stands',
    description: [
      'Reads the journal only: works at any time, also while another process leads the run, and disturbs nothing.',
    ],
    options: [
      RUN,
      { name: 'watch', short: 'w', says: 'Keep showing it until the run ends' },
      { name: 'all', short: 'a', says: 'List all runs of this project' },
      ON,
    ],
    examples: [
      { line: 'orchestrate status', says: 'the latest run' },
      { line: 'orchestrate status --watch', says: 'follow it live from another terminal' },
      { line: 'orchestrate status --all', says: 'the runs so far' },
      { line: 'orchestrate status --on hpc', says: 'a run that is led from a login node' },
    ],
    load: async () => (await import('./status.ts')).status,
  },
  {
    name: 'logs',
    summary: 'Show what a task printed',
    description: [
      'Shows standard output and standard error of one attempt, the last one unless told otherwise.',
    ],
    positionals: [TASK],
    options: [
      { name: 'follow', short: 'f', says: 'Keep showing it until the task ends' },
      {
        name: 'attempt',
        short: 'n',
        value: 'N',
        atLeast: 1,
        says: 'A certain attempt, counted from 1',
      },
      RUN,
      ON,
    ],
    examples: [
      { line: 'orchestrate logs sweep.model/speed=2.0', says: 'the last attempt' },
      {
        line: "orchestrate logs 'sweep.model[0]' --attempt 1",
        says: 'the first attempt of the first task',
      },
      { line: 'orchestrate logs prepare.mesh --follow', says: 'as it is written' },
    ],
    load: async () => (await import('./logs.ts')).logs,
  },
  {
    name: 'why',
    summary: 'Explain why a task ran, waits, failed or was skipped',
    description: [
      'Names the first thing that changed since the task was last finished, what it waits for, or the first cause of its failure.',
    ],
    positionals: [TASK],
    options: [RUN, ON],
    examples: [
      { line: 'orchestrate why report.table', says: 'why it was skipped' },
      { line: "orchestrate why 'sweep.model[3]' --json", says: 'for a program' },
    ],
    load: async () => (await import('./why.ts')).why,
  },
  {
    name: 'report',
    summary: 'Write a run down as one page for the browser',
    description: [
      'One HTML file with nothing outside of it: outcome, failures with the ends of their logs, members and tasks, a heat map of parameters, a timeline, the use of limits, statistics. Reads the journal only; may be called while the run goes on. Prints the path; at a desktop it also opens the page.',
      'With --json the same content goes to standard output, and a page is written only with --output.',
    ],
    options: [
      RUN,
      {
        name: 'output',
        short: 'o',
        value: 'FILE',
        complete: 'file',
        says: 'Where to write the page',
        otherwise: 'report.html in the folder of the run',
      },
      { name: 'open-no', says: 'Only write the page; do not open it' },
      ON,
    ],
    examples: [
      { line: 'orchestrate report', says: 'the latest run' },
      {
        line: 'orchestrate report --run k3x --output k3x.html',
        says: 'a certain run, a certain file',
      },
      { line: "orchestrate report --json | jq '.failures[].task'", says: 'for a program' },
    ],
    load: async () => (await import('./report.ts')).report,
  },
  RECORD,
  {
    name: 'retry',
    summary: 'Try failed and skipped tasks again',
    description: [
      'Begins a run in which the named tasks are tried again, and all that was skipped because of them. Without names: everything that failed. What succeeded is used again.',
    ],
    positionals: [TASKS],
    options: [FAIL_FAST, ...DETACHED, ALL],
    examples: [
      { line: 'orchestrate retry', says: 'everything that failed' },
      { line: 'orchestrate retry sweep.model/speed=2.0', says: 'one task' },
    ],
    load: async () => (await import('./retry.ts')).retry,
  },
  {
    name: 'cancel',
    summary: 'End a run, or some of its tasks, for good',
    description: [
      'Ends the jobs of the run, wherever they are, also those that outlived their leader. When another process leads the run, it is told to. Cancelled tasks are done again by the next `orchestrate run`.',
    ],
    positionals: [TASKS],
    options: [RUN, ON],
    examples: [
      { line: 'orchestrate cancel', says: 'the latest run' },
      { line: 'orchestrate cancel sweep.model/speed=2.0', says: 'one task; the others go on' },
    ],
    load: async () => (await import('./cancel.ts')).cancel,
  },
  {
    name: 'fetch',
    summary: 'Bring home what a run on a cluster has made',
    description: [
      'After `run --detach --on BACKEND`: files of the copy of the project there that were made or changed there go to the same places here, logs to .orchestrate/on/BACKEND/runs. Only what is not here yet. Files that were made here, or changed here since they were sent, stay as they are.',
      'Best called when the run has ended: of files that are just being written, a part comes.',
    ],
    options: [ON],
    examples: [{ line: 'orchestrate fetch --on hpc', says: 'outputs and logs' }],
    load: async () => (await import('./fetch.ts')).fetch,
  },
  IMPORT,
  STORAGE,
  CHECK,
  DEBUG,
  K8S,
  {
    name: 'plugins',
    summary: 'List the plugins of the project',
    description: [
      'Shows kind, name, package, version and contract of every plugin, and what in the project uses it.',
    ],
    options: [
      {
        name: 'schema',
        says: 'Write the JSON schema of a project file with these plugins instead, for editors',
      },
    ],
    examples: [
      { line: 'orchestrate plugins', says: 'a table' },
      { line: 'orchestrate plugins --json', says: 'for a program' },
      {
        line: 'orchestrate plugins --schema > .orchestrate/project.schema.json',
        says: 'editors then complete and check project.yaml',
      },
    ],
    load: async () => (await import('./plugins.ts')).plugins,
  },
  {
    name: 'doctor',
    summary: 'Look for what could go wrong on this machine and with this project',
    description: [
      'Checks Node, the folder of the journal (file system, free space, lock), the clock, and asks every backend and storage of the project to look at itself. Exit code 2 when something is bad.',
    ],
    examples: [
      { line: 'orchestrate doctor', says: 'before the first run on a new machine' },
      { line: 'orchestrate doctor -p cluster', says: 'with the backends of a profile' },
    ],
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'clean',
    summary: 'Remove what old runs left behind',
    description: [
      'Removes logs and plans of old runs, staged leftovers and crash logs below .orchestrate/; with --cache, also copies of inputs, which the next run fetches again; and what ended runs have left on backends that keep something, such as objects of Kubernetes. Never touches outputs, the journal, or a run that is alive or can be resumed. Asks first.',
    ],
    options: [
      { name: 'dry-run', says: 'Say what would be removed and remove nothing' },
      { name: 'yes', short: 'y', says: 'Do not ask' },
      {
        name: 'keep',
        value: 'N',
        atLeast: 0,
        says: 'Keep the logs of the last N finished runs',
        otherwise: '1',
      },
      {
        name: 'cache',
        says: 'Also remove the inputs kept from other storages in .orchestrate/cache; a folder that `cache:` names is left alone, since other projects may use it',
      },
    ],
    examples: [
      { line: 'orchestrate clean --dry-run', says: 'look first' },
      { line: 'orchestrate clean --keep 3 --yes', says: 'from a script' },
    ],
    load: async () => (await import('./clean.ts')).clean,
  },
  {
    name: 'completion',
    summary: 'Write the completion script of a shell',
    description: [
      'The script completes commands, options, profiles, runs and task names. It goes where your shell looks for it; the script itself says where in its first lines.',
    ],
    positionals: [{ name: 'SHELL', choices: ['bash', 'zsh', 'fish'], says: 'bash, zsh or fish' }],
    examples: [
      { line: 'source <(orchestrate completion bash)', says: 'in this shell only' },
      {
        line: 'orchestrate completion fish > ~/.config/fish/completions/orchestrate.fish',
        says: 'for good, in fish',
      },
    ],
    withoutProject: true,
    withoutJson: true,
    load: async () => (await import('./completion.ts')).completion,
  },
];
