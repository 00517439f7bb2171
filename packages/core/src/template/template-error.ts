import type { CORE_ERRORS } from '../errors.ts';
import { coreError } from '../errors.ts';
import type { FlowError } from '../flow-error.ts';

/** Codes of errors that templates make. */
export type TemplateCode = Extract<keyof typeof CORE_ERRORS, `TEMPLATE_${string}`>;

const SHOWN = 60;

function excerpt(text: string, at: number): string {
  const start = Math.max(0, Math.min(at - SHOWN / 2, text.length - SHOWN));
  const piece = text.slice(start, start + SHOWN);
  const dots = (cut: boolean): string => (cut ? '...' : '');
  return JSON.stringify(`${dots(start > 0)}${piece}${dots(start + SHOWN < text.length)}`);
}

/** An error at a place inside a text; `position` counts characters from 0. */
export function templateError(
  code: TemplateCode,
  message: string,
  place: { readonly text: string; readonly at: number },
): FlowError {
  return coreError(
    code,
    `${message}, at character ${place.at + 1} of ${excerpt(place.text, place.at)}`,
    {
      details: { position: place.at, problem: message },
    },
  );
}

/** Raised inside a function that does not know its place; the compiler adds it. */
export class ValueProblem extends Error {
  readonly code: TemplateCode;

  constructor(message: string, code: TemplateCode = 'TEMPLATE_VALUE') {
    super(message);
    this.code = code;
  }
}
