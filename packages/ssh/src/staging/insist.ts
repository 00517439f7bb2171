import { isFlowError } from '@orchestrate/core';
import { sshError } from '../errors.ts';
import type { CommandEnd, RemoteHost } from '../transport.ts';

/** How often a step of a transfer is tried; each time it waits a minute for a connection. */
const TRIES = 10;
const PASSING = new Set(['SSH_LINK_LOST', 'SSH_UNREACHABLE', 'SSH_TIMEOUT']);

/** Does a step of a transfer again when the link was lost; steps may be done twice. @throws what the last try threw */
export async function insist<T>(step: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await step();
    } catch (error) {
      const isPassing = isFlowError(error) && PASSING.has(error.code);
      if (!isPassing || tries === TRIES || signal?.aborted === true) throw error;
    }
  }
}

/** Longest part of what a command said that is repeated in a message. */
const SAID_CHARACTERS = 500;

/** @throws SSH_REMOTE_COMMAND unless the command ended with 0 */
export function mustSucceed(host: RemoteHost, what: string, { code, stderr }: CommandEnd): void {
  if (code === 0) return;
  const said = stderr.trim().slice(-SAID_CHARACTERS);
  const reason = said === '' ? `exit code ${code}` : said;
  throw sshError('SSH_REMOTE_COMMAND', `${what} on ${host.name} failed: ${reason}`, {
    details: { host: host.name, code },
  });
}
