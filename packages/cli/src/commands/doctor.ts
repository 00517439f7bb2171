import { dirname } from 'node:path';
import { type Finding, isFlowError } from '@orchestrate/core';
import type { CommandBody, CommandContext } from '../command-context.ts';
import { machineFindings } from '../doctor/machine-findings.ts';
import { EXIT } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { withHistory } from '../session/open-history.ts';
import { openProject, projectFile } from '../session/open-project.ts';
import { openProviders } from '../session/open-providers.ts';
import { findingLines } from '../views/finding-lines.ts';

interface Diagnosed {
  diagnose?(): Promise<readonly Finding[]>;
}

async function askProvider(subject: string, provider: Diagnosed): Promise<readonly Finding[]> {
  if (provider.diagnose === undefined) {
    return [{ subject, state: 'good', message: 'ready (it has no diagnosis of its own)' }];
  }
  try {
    const findings = await provider.diagnose();
    return findings.map((finding) => ({ ...finding, subject: `${subject}: ${finding.subject}` }));
  } catch (error) {
    return [failure(subject, error)];
  }
}

function failure(subject: string, error: unknown): Finding {
  const message = error instanceof Error ? error.message : String(error);
  const [first = ''] = message.split('\n');
  return {
    subject,
    state: 'bad',
    message: first,
    hint: isFlowError(error) ? error.hint : 'see its documentation',
  };
}

async function isRunning(context: CommandContext): Promise<boolean> {
  try {
    return await withHistory(context, async (history) =>
      history.runs().some((line) => line.state === 'running'),
    );
  } catch (error) {
    if (isFlowError(error)) return false;
    throw error;
  }
}

async function projectFindings(context: CommandContext): Promise<readonly Finding[]> {
  try {
    const loaded = await openProject(context);
    const log = terminalLog(context.output);
    await using open = await openProviders(loaded, log);
    const { providers } = open;
    const asked = [
      ...[...providers.backends].map(([name, backend]) => askProvider(`backend ${name}`, backend)),
      ...[...providers.storages].map(([name, storage]) => askProvider(`storage ${name}`, storage)),
    ];
    return [
      { subject: 'project', state: 'good', message: `${loaded.name} is valid` },
      ...(await Promise.all(asked)).flat(),
    ];
  } catch (error) {
    if (!isFlowError(error)) throw error;
    return [{ ...failure('project', error), hint: 'see `orchestrate validate`' }];
  }
}

/** `orchestrate doctor`. */
export const doctor: CommandBody = async (context) => {
  const { output } = context;
  const directory = dirname(projectFile(context));
  const findings = [
    ...(await machineFindings(directory, await isRunning(context), Date.now())),
    ...(await projectFindings(context)),
  ];
  const isBad = findings.some((finding) => finding.state === 'bad');
  if (output.isJson) {
    output.answer({ healthy: !isBad, findings });
  } else {
    output.print(...findingLines(findings, output));
  }
  return isBad ? EXIT.usage : EXIT.succeeded;
};
