import { type FunctionContext, isFlowError, type Json } from '@orchestrate/core';
import { stepError } from '../errors.ts';
import { runProgram } from '../program/program.ts';
import { readArgs } from '../read-args.ts';
import { stoppedError } from '../stopped.ts';
import { type Mail, NotifyArgs } from './args.ts';
import { mailMessage } from './mail-message.ts';
import { sendBySmtp } from './smtp.ts';
import { postToWebhook } from './webhook.ts';

const SENDMAIL_SECONDS = 60;

async function sendMail(mail: Mail, message: string, signal: AbortSignal): Promise<void> {
  if (mail.smtp !== undefined) return sendBySmtp(mail.smtp, { mail, message, signal });
  const end = await runProgram({
    argv: mail.sendmail,
    input: message.replaceAll('\r\n', '\n'),
    timeoutSeconds: SENDMAIL_SECONDS,
    signal,
  });
  if (end.code === 0) return;
  const [program = ''] = mail.sendmail;
  throw stepError('STEP_NOTIFY', `${program} did not take the mail: exit code ${end.code}.`, {
    details: { program, code: end.code },
  });
}

/** Runs an act; what it fails with, in words. */
async function failureOf(act: () => Promise<void>): Promise<string | undefined> {
  try {
    await act();
    return undefined;
  } catch (error) {
    if (!isFlowError(error)) throw error;
    return error.message;
  }
}

/**
 * Sends a mail, posts to a webhook, or both. Result: `{ sent, failed }`, the ways that worked and what the others met with.
 * A failure is only told in the log, unless `required`.
 * @throws STEP_NOTIFY when `required`; STEP_ARGUMENTS, STEP_STOPPED
 */
export async function notify(args: Json, context: FunctionContext): Promise<Json> {
  const { subject, text, mail, webhook, required } = readArgs('notify', NotifyArgs, args);
  const { signal } = context;
  const ways: (readonly [string, () => Promise<void>])[] = [];
  if (mail !== undefined)
    ways.push(['mail', () => sendMail(mail, mailMessage(mail, { subject, text }), signal)]);
  if (webhook !== undefined) {
    const words = text === '' ? subject : `${subject}\n${text}`;
    ways.push(['webhook', () => postToWebhook(webhook, words, signal)]);
  }
  const sent: string[] = [];
  const failed: string[] = [];
  for (const [name, act] of ways) {
    const failure = await failureOf(act);
    if (signal.aborted) throw stoppedError();
    if (failure === undefined) sent.push(name);
    else failed.push(failure);
  }
  if (failed.length === 0) return { sent, failed };
  process.stderr.write(`not notified: ${failed.join(' ')}\n`);
  if (required) throw stepError('STEP_NOTIFY', failed.join(' '), { details: { sent } });
  return { sent, failed };
}
