import { findPackageJSON } from 'node:module';
import { dirname } from 'node:path';
import type { Json } from '@orchestrate/core';
import type { LoadedProjectFile } from '@orchestrate/engine';
import type { CommandSpec } from '../arguments/command-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { cliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { bytesText, countOf } from '../output/quantity-text.ts';
import { hostWords, wordsOf } from './call-words.ts';
import { packageClosure, readManifest, type WantedPackage } from './package-closure.ts';
import { digestOfFiles, packageFiles } from './package-files.ts';
import { checkSize, listProject, sizeOf } from './project-files.ts';
import { readTraffic, withoutFetched, withSent, writeTraffic } from './sent-record.ts';
import type { Leader } from './start-detached.ts';
import { runThere, type There } from './there.ts';

const CLI = '@orchestrate/cli';

/** Packages that are used there: our program, the plugins, and what the project itself depends on. */
function wantedBy({ directory, effective }: LoadedProjectFile): readonly WantedPackage[] {
  const own = findPackageJSON(import.meta.url);
  const plugins = readPlugins(effective).filter((name) => !name.startsWith('.'));
  const { dependencies = {} } = readManifest(directory);
  return [
    { name: CLI, from: dirname(own ?? directory) },
    ...[...plugins, ...Object.keys(dependencies)].map((name) => ({ name, from: directory })),
  ];
}

function readPlugins(effective: Json): readonly string[] {
  if (typeof effective !== 'object' || effective === null) return [];
  const plugins: unknown = Reflect.get(effective, 'plugins');
  return Array.isArray(plugins) ? plugins.filter((name) => typeof name === 'string') : [];
}

/** Brings the program and the packages, once per version, and makes the project there find them. */
async function bringProgram(context: CommandContext, there: There): Promise<void> {
  const { host, loaded, place } = there;
  const files = packageFiles(packageClosure(wantedBy(loaded)));
  const runtime = `${host.folder}/runtime/program-${digestOfFiles(files)}`;
  const { sent, bytes } = await host.send(files, runtime);
  if (sent > 0) {
    context.output.remark(`sent the program to ${host.name}: ${bytesText(bytes)}`);
  }
  await settle(there, [
    // Where the packages are is part of what functions are known by: a new version of one must not move the others.
    ['sh', '-c', LINK_FILES, 'sh', `${runtime}/node_modules`, place.packages],
    ['ln', '-sfn', '--', await host.node(), place.node],
  ]);
}

/** Makes the files of one folder be in another one too, without room of their own where the file system can. */
const LINK_FILES = 'cp -alf -- "$1/." "$2/" 2>/dev/null || cp -af -- "$1/." "$2/"';

/** Makes the folders of a project there, and what else is to be in its place. */
async function settle(
  { host, place }: There,
  commands: readonly (readonly string[])[],
): Promise<void> {
  const folders = ['mkdir', '-p', '-m', '700', '--', place.root, place.project, place.packages];
  for (const argv of [folders, ...commands]) {
    const { code, stderr } = await host.run(argv);
    if (code === 0) continue;
    throw cliError('CLI_HOST_UNUSABLE', `${argv[0]} on ${host.name} failed: ${stderr.trim()}`, {
      details: { host: host.name, folder: place.root },
    });
  }
}

async function bringProject(context: CommandContext, there: There): Promise<void> {
  const { host, loaded, name, place } = there;
  const { call, output } = context;
  const { directory } = loaded;
  const traffic = readTraffic(directory, name);
  const all = listProject(directory);
  const files = withoutFetched(all, traffic);
  const size = sizeOf(files);
  if (!call.has('all')) checkSize(files, size);
  const { sent, bytes } = await host.send(files, place.project);
  // What came home is not sent, and not gone either.
  const left = withSent(traffic, all);
  await removeThere(there, Object.keys(traffic.sent), Object.keys(left.sent));
  writeTraffic(directory, name, withSent(traffic, files));
  output.remark(
    `sent ${countOf(sent, 'file')} of the project to ${host.name}, ${bytesText(bytes)} of ${bytesText(size)}`,
  );
}

/** What was sent before and is no more here is no more there. Folders stay while there is something in them. */
async function removeThere(
  there: There,
  before: readonly string[],
  now: readonly string[],
): Promise<void> {
  const kept = new Set(now);
  // The deepest first.
  const gone = before.filter((path) => !kept.has(path)).toReversed();
  for (let at = 0; at < gone.length; at += PATHS_AT_ONCE) {
    const paths = gone
      .slice(at, at + PATHS_AT_ONCE)
      .map((path) => `${there.place.project}/${path}`);
    await settle(there, [['sh', '-c', REMOVE, 'sh', ...paths]]);
  }
}

const PATHS_AT_ONCE = 500;
const REMOVE =
  'for f; do if [ -d "$f" ] && [ ! -L "$f" ]; then rmdir -- "$f" 2>/dev/null || :; else rm -f -- "$f" || exit 1; fi; done';

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as Json;
  } catch {
    return undefined;
  }
}

/** @throws CLI_LED_THERE when a run of the project is led there: what it works with must not change under it */
async function refuseWhenLed(there: There): Promise<void> {
  const { host, name, place } = there;
  const { code } = await host.run(['test', '-e', `${place.project}/.orchestrate/leader.json`]);
  if (code !== 0) return;
  let text = '';
  const decoder = new TextDecoder();
  await runThere(there, ['status', '--json'], {
    onOutput: (piece) => {
      text += decoder.decode(piece, { stream: true });
    },
  });
  const status = parsed(text);
  if (typeof status !== 'object' || status === null) return;
  if (Reflect.get(status, 'state') !== 'running') return;
  const run = String(Reflect.get(status, 'run'));
  const message = `run ${run} of this project is led on ${name} (${host.name})`;
  throw cliError('CLI_LED_THERE', message, { details: { backend: name, host: host.name, run } });
}

/** Options that are not those of the leader. */
const HERE = ['on', 'all', 'as-job', 'color', 'detach', 'json'];

/** Has the leader run as a job; it begins when the cluster lets it. */
async function startAsJob(
  { call, output }: CommandContext,
  command: CommandSpec,
  there: There,
): Promise<ExitCode> {
  const { environment, host, loaded, name, place } = there;
  if (host.submit === undefined) {
    throw cliError('CLI_NO_HOST', `the backend ${name} has no jobs that may lead runs`, {
      details: { backend: name },
    });
  }
  const state = `${place.project}/.orchestrate`;
  await settle(there, [['mkdir', '-p', '--', state]]);
  const words = wordsOf(call, command, HERE, ['--json']);
  const job = await host.submit([place.node, place.program, ...words], {
    name: `lead-${loaded.name}`.replace(/[^A-Za-z0-9_.-]/g, '_'),
    cwd: place.project,
    env: environment,
    log: `${state}/leader.log`,
  });
  if (output.isJson) output.answer({ job, host: host.name });
  else {
    const options = hostWords(call, name);
    output.print(
      `${output.signs.good} the leader is job ${job} on ${host.name}; this machine may go`,
      `The run begins when the cluster starts that job: \`orchestrate status ${options}\` shows it then.`,
    );
  }
  return EXIT.succeeded;
}

/**
 * Brings the project and the program to the host and starts a leader there that stays when this machine goes. `resume` goes
 * on with what is there as it is.
 */
export async function startThere(
  context: CommandContext,
  command: CommandSpec,
  there: There,
): Promise<ExitCode> {
  const { call, output } = context;
  const { name } = there;
  if (command.name !== 'resume') {
    await refuseWhenLed(there);
    await bringProgram(context, there);
    await bringProject(context, there);
  }
  if (call.has('as-job') || there.host.leadsAsJobs === true)
    return startAsJob(context, command, there);
  const words = wordsOf(call, command, HERE, ['--detach', '--json']);
  let text = '';
  const decoder = new TextDecoder();
  const { code, stderr } = await runThere(there, words, {
    onOutput: (piece) => {
      text += decoder.decode(piece, { stream: true });
    },
  });
  const answer = parsed(text);
  if (output.isJson && answer !== undefined) output.answer(answer);
  if (stderr !== '') output.note(stderr.trimEnd());
  if (code !== EXIT.succeeded || output.isJson) return code as ExitCode;
  const leader = answer as unknown as Partial<Leader> | undefined;
  if (leader?.run === undefined || leader.pid === undefined) return code as ExitCode;
  const options = hostWords(call, name);
  output.print(
    `${output.signs.good} run ${leader.run} is led by process ${leader.pid} on ${leader.host}; this machine may go`,
    `\`orchestrate status ${options}\` shows how it stands, \`orchestrate cancel ${options}\` ends it`,
  );
  return EXIT.succeeded;
}
