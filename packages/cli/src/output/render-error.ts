import { type FlowError, isFlowError, type Json } from '@orchestrate/core';
import type { Paint } from './paint.ts';
import { printable } from './printable.ts';

/** Reasons of the operating system that a person can do something about. */
const SYSTEM_REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EDQUOT: 'the disk quota is used up',
  ENOENT: 'no such file or folder',
  ENOTDIR: 'a part of the path is not a folder',
  EISDIR: 'it is a folder',
  EMFILE: 'too many open files',
  ENFILE: 'too many open files on this machine',
  EIO: 'input/output error',
};

/** An error in the form in which it is shown: never a stack. */
export interface ErrorReport {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly details?: Readonly<Record<string, Json>>;
  /** The messages underneath, outermost first. */
  readonly because?: readonly string[];
}

function causesOf(error: Error): string[] {
  const messages: string[] = [];
  let cause: unknown = error.cause;
  while (cause instanceof Error && messages.length < 5) {
    if (!error.message.includes(cause.message)) messages.push(cause.message);
    cause = cause.cause;
  }
  return messages;
}

function systemReport(error: NodeJS.ErrnoException): ErrorReport | undefined {
  const reason = SYSTEM_REASONS[error.code ?? ''];
  if (reason === undefined || error.syscall === undefined) return undefined;
  const subject = error.path === undefined ? error.syscall : `${error.syscall} ${error.path}`;
  return {
    code: error.code ?? '',
    message: `${subject}: ${reason}`,
    hint: 'Check the path, its permissions and the free space, then call again.',
  };
}

function flowReport(error: FlowError): ErrorReport {
  const because = causesOf(error);
  return {
    code: error.code,
    message: error.message,
    ...(error.hint === '' ? {} : { hint: error.hint }),
    ...(Object.keys(error.details).length === 0 ? {} : { details: error.details }),
    ...(because.length === 0 ? {} : { because }),
  };
}

/** What to tell a person about an error; `undefined` when it is none they could do anything about: a defect. */
export function reportError(error: unknown): ErrorReport | undefined {
  if (isFlowError(error)) return flowReport(error);
  return error instanceof Error ? systemReport(error) : undefined;
}

/** Lines for the terminal: what failed, why, what to do next. */
export function renderError(report: ErrorReport, paint: Paint): string[] {
  const [first = '', ...more] = report.message.split('\n');
  return [
    `${paint('bad', 'error')} ${paint('strong', report.code)}: ${printable(first)}`,
    ...more.map((line) => `  ${printable(line)}`),
    ...(report.because ?? []).map((reason) => `  because ${printable(reason)}`),
    ...(report.hint === undefined
      ? []
      : [`  ${paint('faint', 'hint:')} ${printable(report.hint)}`]),
  ];
}
