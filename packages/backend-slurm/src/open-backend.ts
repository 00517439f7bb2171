import { isAbsolute, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { HOST_VARIABLE, isFlowError, type PluginContext } from '@orchestrate/core';
import { machineTimers, openHost, openLocalHost, type RemoteHost } from '@orchestrate/ssh';
import { Cluster } from './cluster.ts';
import type { SlurmConfig } from './config.ts';
import { sharedFiles } from './job-files.ts';
import type { RunnerPlace } from './job-script.ts';
import { JobTable } from './job-table.ts';
import { ClusterHost } from './leader-host.ts';
import { LearnedTimes } from './learned.ts';
import { Ledger } from './ledger.ts';
import { limitsOf } from './limits.ts';
import { LoginPathHost } from './login-path.ts';
import { Mirror } from './mirror.ts';
import { Observer } from './observer.ts';
import { runnerHere, sendRuntime } from './runtime.ts';
import { SlurmBackend } from './slurm-backend.ts';
import { Submitter } from './submitter.ts';

async function workdirOf(
  config: SlurmConfig,
  context: PluginContext,
  host: RemoteHost,
): Promise<string> {
  const { workdir, ssh } = config;
  if (ssh === undefined) {
    if (workdir === undefined) return join(context.stateDirectory, 'cluster');
    return isAbsolute(workdir) ? workdir : resolve(context.projectDirectory, workdir);
  }
  if (workdir !== undefined && isAbsolute(workdir)) return workdir;
  const { stdout } = await host.run('cd && pwd', { idempotent: true });
  return join(stdout.trim(), workdir ?? '.orchestrate');
}

/** Milliseconds that a host which does not answer is waited for at the start; the run waits for it longer, and says so. */
const FIRST_CONTACT_MS = 10_000;

/** What no waiting can cure, such as a wrong host key, is said before anything is begun. @throws what SSH throws for it */
async function firstContact(host: RemoteHost): Promise<void> {
  try {
    await host.run('true', { idempotent: true, timeoutMs: FIRST_CONTACT_MS, cost: 0 });
  } catch (error) {
    if (!isFlowError(error) || error.retry === 'later') return;
    await host[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens the backend; what earlier leaders submitted is known from its ledger. @throws SLURM_STATE_UNUSABLE and what SSH throws */
export async function openSlurmBackend(
  config: SlurmConfig,
  context: PluginContext,
): Promise<SlurmBackend> {
  const { clock, log, random, stateDirectory, projectDirectory } = context;
  const around = { clock, random, timers: machineTimers(clock), log };
  const ledger = new Ledger(stateDirectory);
  // A leader that was brought to the login node finds there what others need a connection for.
  const isThere = process.env[HOST_VARIABLE] === context.name;
  const ssh = isThere ? undefined : config.ssh;
  // The budget is for the sake of the login node, whoever gives the commands.
  const budget =
    config.ssh === undefined ? {} : { commandsPerMinute: config.ssh.commandsPerMinute };
  const host = new LoginPathHost(
    ssh === undefined ? openLocalHost(around, budget) : openHost(ssh, around),
  );
  if (ssh !== undefined) await firstContact(host);
  const workdir = await workdirOf(config, context, host);
  const cluster = new Cluster(host, workdir);
  const isShared = isThere || (config.shared ?? ssh === undefined);
  const files = isShared
    ? sharedFiles
    : new Mirror({ host, workdir, project: projectDirectory, stage: config.stage, log });
  let runner: Promise<RunnerPlace> | undefined;
  const table = new JobTable(ledger);
  const learned = new LearnedTimes();
  const limits = limitsOf(cluster, log);
  const submitter = new Submitter({
    cluster,
    table,
    ledger,
    clock,
    config,
    projectDirectory,
    runner: () => {
      if (isShared) return Promise.resolve(runnerHere(config.node));
      runner ??= sendRuntime(host, workdir, config.node).catch((error: unknown) => {
        runner = undefined;
        throw error;
      });
      return runner;
    },
    pause,
    learned,
    limits,
    files,
  });
  const { pollSeconds, queueSeconds, settleSeconds } = config;
  const observer = new Observer({
    cluster,
    table,
    ledger,
    clock,
    log,
    files,
    pollSeconds,
    queueSeconds,
    settleSeconds,
    noteTime: (job, seconds) => {
      const like = submitter.likeness.get(job);
      if (like !== undefined) learned.note(like, seconds);
    },
  });
  return new SlurmBackend({
    config,
    cluster,
    table,
    ledger,
    observer,
    submitter,
    files,
    clock,
    log,
    limits,
    ...(ssh === undefined ? {} : { host: new ClusterHost(host, workdir, config) }),
  });
}
