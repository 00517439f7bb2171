import { randomUUID } from 'node:crypto';
import type { Finding } from '@orchestrate/core';
import type { ObjectPort, Operation } from './port.ts';
import { isPortError, PortError } from './port-error.ts';

const PROBE = new TextEncoder().encode('written by `orchestrate doctor` to see whether it may\n');
const DOES: Readonly<Record<Operation, string>> = {
  list: 'can list',
  write: 'can write',
  read: 'can read',
  copy: 'can copy',
  delete: 'can delete',
};

function failed(subject: string, port: ObjectPort, operation: Operation, error: unknown): Finding {
  const said = error instanceof Error ? error.message : String(error);
  const message = `cannot ${operation}: ${said}`;
  if (!isPortError(error, 'denied'))
    return {
      subject,
      state: 'bad',
      message,
      hint: 'Check the name of the bucket or container, the credentials and the network.',
    };
  // Inputs are often kept where nobody may write.
  const isNeeded = operation === 'list' || operation === 'read';
  return {
    subject,
    state: isNeeded ? 'bad' : 'warning',
    message,
    hint: `Give the account ${port.permission(operation)}, unless the project does without.`,
  };
}

/** Who speaks to a service, and what it may do with one prefix: every operation is tried on a small object of our own. */
export async function diagnosePort(
  port: ObjectPort,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<readonly Finding[]> {
  const options = signal === undefined ? {} : { signal };
  const subject = port.address(prefix);
  const findings: Finding[] = [];
  const tries = async (operation: Operation, act: () => Promise<unknown>): Promise<boolean> => {
    try {
      await act();
      findings.push({ subject, state: 'good', message: DOES[operation] });
      return true;
    } catch (error) {
      signal?.throwIfAborted();
      findings.push(failed(subject, port, operation, error));
      return false;
    }
  };

  try {
    const { who, from } = await port.identity(options);
    findings.push({ subject, state: 'good', message: `speaks as ${who} (${from})` });
  } catch (error) {
    signal?.throwIfAborted();
    const message = error instanceof Error ? error.message : String(error);
    const hint = 'Give the storage credentials; its README names the ways.';
    return [{ subject, state: 'bad', message, hint }];
  }

  const canList = await tries('list', () => port.list({ prefix, limit: 1 }, options));
  const name = `${prefix}orchestrate-doctor-${randomUUID()}`;
  const token = randomUUID().replaceAll('-', '');
  const canWrite = await tries('write', () =>
    port.put(name, PROBE, { token, condition: { absent: true } }, options),
  );
  if (!canWrite) {
    if (!canList) return findings;
    await tries('read', () => readSomething(port, prefix, signal));
    return findings;
  }
  await tries('read', async () => {
    const { body } = await port.get(name, undefined, undefined, options);
    let bytes = 0;
    for await (const piece of body) bytes += piece.length;
    if (bytes !== PROBE.length) throw new PortError('broken', `${bytes} bytes came back`);
  });
  await tries('delete', () => port.delete(name, undefined, options));
  return findings;
}

/** Without the right to write, whatever is there first is looked at. */
async function readSomething(
  port: ObjectPort,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const options = signal === undefined ? {} : { signal };
  const [first] = (await port.list({ prefix, limit: 1 }, options)).objects;
  if (first !== undefined) await port.head(first.name, options);
}
