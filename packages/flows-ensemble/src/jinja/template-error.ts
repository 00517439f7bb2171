import type { FlowError } from '@orchestrate/core';
import { type ENSEMBLE_ERRORS, ensembleError } from '../errors.ts';
import { MAX_TEXT } from '../python/limits.ts';
import { PyException } from '../python/py-exception.ts';

type JinjaCode = Extract<keyof typeof ENSEMBLE_ERRORS, `JINJA_${string}`>;

const CODES: Readonly<Record<string, JinjaCode>> = {
  TemplateSyntaxError: 'JINJA_SYNTAX',
  TemplateAssertionError: 'JINJA_SYNTAX',
  UndefinedError: 'JINJA_UNDEFINED',
  LimitExceeded: 'JINJA_LIMIT',
  Unsupported: 'JINJA_UNSUPPORTED',
};

/** An error in the text of a template, found before anything is rendered. */
export class TemplateProblem extends PyException {
  readonly line: number;

  constructor(message: string, line: number, exception = 'TemplateSyntaxError') {
    super(exception, message);
    this.line = line;
  }
}

/** Where something failed. */
export interface TemplatePlace {
  readonly template: string;
  readonly line: number;
}

/** Makes of what failed inside the engine the error that people see; anything else stays what it is. */
export function templateError(error: unknown, place: TemplatePlace): FlowError | undefined {
  // Texts longer than JavaScript allows; the limit here is lower, but looked at only now and then.
  if (error instanceof RangeError && error.message === 'Invalid string length')
    return templateError(
      new PyException('LimitExceeded', `a text of more than ${MAX_TEXT} characters`),
      place,
    );
  if (error instanceof RangeError)
    return templateError(
      new PyException('RecursionError', 'the template calls itself without end'),
      place,
    );
  if (!(error instanceof PyException)) return undefined;
  const line = error instanceof TemplateProblem ? error.line : place.line;
  return ensembleError(
    CODES[error.exception] ?? 'JINJA_RENDER',
    `${place.template}:${line}: ${error.exception}: ${error.message}`,
    {
      details: {
        template: place.template,
        line,
        exception: error.exception,
        problem: error.message,
      },
      cause: error,
    },
  );
}
