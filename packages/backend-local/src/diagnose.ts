import { statfs } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { basename } from 'node:path';
import type { Finding } from '@orchestrate/core';
import type { Capacity } from './admission.ts';
import type { ContainerRuntime } from './container-command.ts';

const GIB = 2 ** 30;
const LITTLE_DISK_BYTES = GIB;

/** What is looked at. */
export interface Machine {
  readonly capacity: Capacity;
  readonly container: ContainerRuntime | undefined;
  readonly shell: string;
  readonly directory: string;
}

async function tryRun(program: string, args: readonly string[]): Promise<string | undefined> {
  const { execFile } = await import('node:child_process');
  return new Promise((resolve) => {
    execFile(program, args, { timeout: 10_000 }, (error, stdout) => {
      resolve(error === null ? stdout.trim() : undefined);
    });
  });
}

async function diagnoseShell(shell: string): Promise<Finding> {
  const subject = 'shell';
  const answer = await tryRun(shell, ['-c', 'trap : TERM; printf ok']);
  if (answer === 'ok') return { subject, state: 'good', message: `${shell} starts commands` };
  return {
    subject,
    state: 'bad',
    message: `${shell} does not run a command`,
    hint: 'Name another POSIX shell in the option `shell` of the local backend.',
  };
}

function diagnoseCpus({ cpus, slots }: Capacity): Finding {
  const subject = 'cpus';
  const there = availableParallelism();
  const bound = slots === undefined ? '' : `, at most ${slots} jobs at once`;
  const message = `jobs share ${cpus} of ${there} cores${bound}`;
  if (cpus <= there) return { subject, state: 'good', message };
  return {
    subject,
    state: 'warning',
    message,
    hint: 'Jobs will slow each other down; lower the option `cpus` of the local backend.',
  };
}

function diagnoseMemory({ memoryBytes }: Capacity): Finding {
  const subject = 'memory';
  const message = `jobs share ${(memoryBytes / GIB).toFixed(1)} of ${(totalmem() / GIB).toFixed(1)} GiB`;
  if (memoryBytes <= totalmem()) return { subject, state: 'good', message };
  return {
    subject,
    state: 'warning',
    message,
    hint: 'Lower the option `memoryBytes` of the local backend to what the machine has.',
  };
}

async function diagnoseDisk(directory: string): Promise<Finding> {
  const subject = 'disk';
  try {
    const { bavail, bsize } = await statfs(directory);
    const free = bavail * bsize;
    const message = `${(free / GIB).toFixed(1)} GiB free where records of jobs are kept`;
    if (free >= LITTLE_DISK_BYTES) return { subject, state: 'good', message };
    return { subject, state: 'warning', message, hint: `Make space on the disk of ${directory}.` };
  } catch {
    return {
      subject,
      state: 'bad',
      message: `the folder of the records cannot be looked at: ${directory}`,
      hint: 'See that it exists and that you may read it.',
    };
  }
}

async function diagnoseContainers(container: ContainerRuntime | undefined): Promise<Finding> {
  const subject = 'containers';
  if (container === undefined) {
    return {
      subject,
      state: 'warning',
      message: 'no podman, apptainer or docker with a daemon; tasks with an image cannot run here',
      hint: 'Install or start one of them if a task names an image.',
    };
  }
  const name = basename(container.program);
  const probe = container.runtime === 'apptainer' ? ['--version'] : ['info'];
  if ((await tryRun(container.program, probe)) !== undefined) {
    const message = `${name} runs tasks with an image`;
    if (container.runtime === 'apptainer' || container.init.length > 0) {
      return { subject, state: 'good', message };
    }
    return {
      subject,
      state: 'warning',
      message: `${message}, but ends most of them only by force: there is no catatonit`,
      hint: 'Install catatonit, so that a task in a container hears when it is asked to end.',
    };
  }
  return {
    subject,
    state: 'warning',
    message: `${name} is installed, but does not answer`,
    hint: `Find out with \`${name} ${probe.join(' ')}\`.`,
  };
}

/** Looks at everything jobs on this machine depend on. */
export async function diagnoseMachine(machine: Machine): Promise<readonly Finding[]> {
  const [shell, disk, containers] = await Promise.all([
    diagnoseShell(machine.shell),
    diagnoseDisk(machine.directory),
    diagnoseContainers(machine.container),
  ]);
  const { capacity } = machine;
  return [shell, diagnoseCpus(capacity), diagnoseMemory(capacity), disk, containers];
}
