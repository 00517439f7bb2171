import type { Finding } from '@orchestrate/core';
import type { RunOptions } from '@orchestrate/ssh';
import { shellQuote } from '@orchestrate/ssh';
import type { Cluster } from './cluster.ts';
import type { SlurmConfig } from './config.ts';

const GIB_KIB = 2 ** 20;

/** Parts of the one script that looks at everything, in its order. */
const PROBES: readonly (readonly [name: string, script: (workdir: string) => string])[] = [
  ['sbatch', () => 'command -v sbatch && sbatch --version'],
  ['controller', () => 'scontrol ping'],
  ['partitions', () => "sinfo -h -o '%P|%a|%l|%D|%T'"],
  [
    'accounts',
    () => 'sacctmgr -n -P show associations user="$(id -un)" format=Account,Partition,QOS',
  ],
  [
    'limits',
    () => "scontrol show config | grep -iE '^(MaxArraySize|MaxJobCount|MinJobAge|PreemptMode)'",
  ],
  [
    'workdir',
    (path) => `umask 077; mkdir -p -- ${path} && t=${path}/.probe.$$ && : >"$t" && rm -f -- "$t"`,
  ],
  ['space', (path) => `df -Pk -- ${path} | tail -n 1`],
  ['node', () => 'node --version'],
];

interface Answer {
  readonly code: number;
  readonly text: string;
}

async function ask(cluster: Cluster, options: RunOptions): Promise<ReadonlyMap<string, Answer>> {
  const path = shellQuote(cluster.workdir);
  const script = PROBES.map(([name, text]) =>
    `echo ${shellQuote(`@${name}`)}; ( ${text(path)} ) </dev/null 2>&1; echo; echo "=$?"`.replace(
      'echo; echo "=$?"',
      'c=$?; echo; echo "=$c"',
    ),
  ).join('\n');
  const { stdout } = await cluster.host.run(script, { ...options, idempotent: true });
  const answers = new Map<string, Answer>();
  for (const part of stdout.split(/^@/m).slice(1)) {
    const [name = '', ...lines] = part.split('\n');
    const at = lines.findLastIndex((line) => line.startsWith('='));
    const text = lines.slice(0, at).join('\n').trim();
    answers.set(name, { code: Number(lines[at]?.slice(1) ?? 1), text });
  }
  return answers;
}

function one(subject: string, answer: Answer | undefined, good: string, hint: string): Finding {
  if (answer?.code === 0) return { subject, state: 'good', message: good };
  const message = answer?.text.split('\n').at(-1) || 'did not answer';
  return { subject, state: 'bad', message, hint };
}

function partitions(answer: Answer | undefined, config: SlurmConfig): Finding {
  const subject = 'partitions';
  const rows = (answer?.text ?? '').split('\n').map((line) => line.split('|'));
  const names = [...new Set(rows.map(([name = '']) => name.replace(/\*$/, '')))].filter(
    (name) => name !== '',
  );
  if (answer?.code !== 0 || names.length === 0) {
    return {
      subject,
      state: 'bad',
      message: answer?.text || 'none',
      hint: 'See that `sinfo` works on the login host.',
    };
  }
  const wanted = config.defaults['partition'];
  const message = rows
    .map(([name, up, limit, nodes, state]) => `${name} ${up}, ${limit}, ${nodes} ${state}`)
    .join('; ');
  const missing = String(wanted ?? '')
    .split(',')
    .filter((name) => name !== '' && !names.includes(name));
  if (missing.length > 0) {
    const hint = `Take one of ${names.join(', ')} in \`defaults.partition\`.`;
    return { subject, state: 'bad', message: `there is no partition ${missing.join(', ')}`, hint };
  }
  if (wanted === undefined && !rows.some(([name = '']) => name.endsWith('*'))) {
    const hint = `Name one of ${names.join(', ')} in \`defaults.partition\`: the cluster has no default.`;
    return { subject, state: 'bad', message, hint };
  }
  return { subject, state: 'good', message };
}

function accounts(answer: Answer | undefined, config: SlurmConfig): Finding {
  const subject = 'account';
  if (answer?.code !== 0) {
    const message =
      'the cluster has no accounting; why jobs died is asked of the controller, which forgets';
    return {
      subject,
      state: 'warning',
      message,
      hint: 'Nothing to do, but `resume` soon after an interruption.',
    };
  }
  const rows = answer.text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('|'));
  const names = [...new Set(rows.map(([account = '']) => account))];
  const qos = [...new Set(rows.flatMap((row) => (row[2] ?? '').split(',')))].filter(
    (name) => name !== '',
  );
  const message = `accounts ${names.join(', ') || 'none'}; QoS ${qos.join(', ') || 'none'}`;
  const account = config.defaults['account'];
  if (account !== undefined && rows.length > 0 && !names.includes(String(account).toLowerCase())) {
    const hint = `Take one of ${names.join(', ')} in \`defaults.account\`.`;
    return { subject, state: 'bad', message: `you have no account ${account}`, hint };
  }
  const wanted = config.defaults['qos'];
  if (wanted !== undefined && qos.length > 0 && !qos.includes(String(wanted))) {
    const hint = `Take one of ${qos.join(', ')} in \`defaults.qos\`.`;
    return { subject, state: 'bad', message: `you have no QoS ${wanted}`, hint };
  }
  return { subject, state: 'good', message };
}

function space(answer: Answer | undefined, workdir: string): Finding {
  const subject = 'space';
  const free = Number(answer?.text.trim().split(/\s+/)[3] ?? Number.NaN);
  if (answer?.code !== 0 || Number.isNaN(free)) {
    return {
      subject,
      state: 'warning',
      message: `cannot tell for ${workdir}`,
      hint: 'Look with `df`.',
    };
  }
  const message = `${(free / GIB_KIB).toFixed(1)} GiB free in ${workdir}`;
  if (free >= GIB_KIB) return { subject, state: 'good', message };
  return { subject, state: 'warning', message, hint: 'Make space, or choose another `workdir`.' };
}

function node(answer: Answer | undefined): Finding {
  const subject = 'node';
  const version = /v([0-9]+)\./.exec(answer?.text ?? '')?.[1];
  if (answer?.code === 0 && Number(version) >= 24) {
    return { subject, state: 'good', message: `Node ${answer.text} on the login host` };
  }
  const message =
    version === undefined ? 'no Node on the login host' : `Node ${answer?.text} is too old`;
  const hint =
    'Only function tasks need Node 24 on the compute nodes; name it in the option `node`.';
  return { subject, state: 'warning', message, hint };
}

/** Looks at everything that jobs on this cluster depend on, with one command. */
export async function diagnoseCluster(
  cluster: Cluster,
  config: SlurmConfig,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const { host, workdir } = cluster;
  let answers: ReadonlyMap<string, Answer>;
  try {
    answers = await ask(cluster, signal === undefined ? {} : { signal });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'See that the host answers: `ssh HOST true`.';
    return [{ subject: 'connection', state: 'bad', message, hint }];
  }
  const version = answers.get('sbatch')?.text.split('\n').at(-1) ?? '';
  return [
    { subject: 'connection', state: 'good', message: `${host.name} runs commands` },
    one(
      'sbatch',
      answers.get('sbatch'),
      version,
      'Load the module of SLURM in your start-up file there.',
    ),
    one(
      'controller',
      answers.get('controller'),
      'answers',
      'Ask the administrators of the cluster.',
    ),
    partitions(answers.get('partitions'), config),
    accounts(answers.get('accounts'), config),
    {
      subject: 'limits',
      state: 'good',
      message: (answers.get('limits')?.text ?? '')
        .replaceAll(/\s*=\s*/g, '=')
        .split('\n')
        .join(', '),
    },
    one(
      'workdir',
      answers.get('workdir'),
      `${workdir} can be written to`,
      'Choose another `workdir`.',
    ),
    space(answers.get('space'), workdir),
    node(answers.get('node')),
  ];
}
