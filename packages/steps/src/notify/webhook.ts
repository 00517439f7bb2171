import { setTimeout as wait } from 'node:timers/promises';
import { stepError } from '../errors.ts';
import { environmentVariable } from '../program/environment.ts';
import type { Webhook } from './args.ts';

const TRIES = 3;
const FIRST_WAIT_MS = 500;

function addressOf({ url, urlVariable = '' }: Webhook): URL {
  const written = url ?? environmentVariable(urlVariable);
  const address = written === undefined ? null : URL.parse(written);
  if (address !== null && /^https?:$/.test(address.protocol)) return address;
  throw stepError(
    'STEP_NOTIFY',
    `The variable ${urlVariable} of the environment does not hold the address of a webhook.`,
    { details: { urlVariable } },
  );
}

/** Whether another try may help. */
function mayPass(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

/** One try: `undefined` for success. The address is not told, since most webhooks have their secret in it. */
async function post(
  address: URL,
  { body, signal }: { readonly body: string; readonly signal: AbortSignal },
): Promise<{ readonly why: string; readonly again: boolean } | undefined> {
  try {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(address, {
      method: 'POST',
      headers,
      body,
      signal,
      redirect: 'error',
    });
    await answer.body?.cancel();
    if (answer.ok) return undefined;
    return { why: `it answered ${answer.status}`, again: mayPass(answer.status) };
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    return { why: isLate ? 'it did not answer in time' : 'it cannot be reached', again: true };
  }
}

/**
 * Posts a text to a webhook, with up to three tries.
 * @throws STEP_NOTIFY
 */
export async function postToWebhook(
  webhook: Webhook,
  text: string,
  signal: AbortSignal,
): Promise<void> {
  const address = addressOf(webhook);
  const body = JSON.stringify({ ...webhook.fields, text });
  let why = '';
  for (let count = 1; count <= TRIES && !signal.aborted; count += 1) {
    const late = AbortSignal.timeout(webhook.timeoutSeconds * 1000);
    const failed = await post(address, { body, signal: AbortSignal.any([signal, late]) });
    if (failed === undefined) return;
    ({ why } = failed);
    if (!failed.again || count === TRIES) break;
    await wait(FIRST_WAIT_MS * 2 ** (count - 1), undefined, { signal }).catch(() => {});
  }
  throw stepError('STEP_NOTIFY', `The webhook at ${address.host} took nothing: ${why}.`, {
    details: { host: address.host },
  });
}
