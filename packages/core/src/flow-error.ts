import type { Json } from './json.ts';

const BRAND = Symbol.for('orchestrate.flow-error');

/** What the table of a package says about one error code. */
export interface ErrorEntry {
  /** `later`: the same call may succeed when repeated after a while; `never`: it will not. */
  readonly retry: 'never' | 'later';
  /** What a person should do next, as one sentence. */
  readonly hint: string;
}

/** A package's errors: code -> entry. Codes are API: never renamed, never reused. */
export type ErrorTable = Readonly<Record<string, ErrorEntry>>;

/** Options of {@link FlowError}. */
export interface FlowErrorOptions extends ErrorEntry {
  /** Named facts for people and machines: subject, expected, got. Never holds a secret's value. */
  readonly details?: Readonly<Record<string, Json>>;
  /** The error underneath. */
  readonly cause?: unknown;
}

/**
 * The one error class of Orchestrate and its plugins. The message says what failed, on which subject, what was
 * expected and what was found; `hint` says what to do next; `code` is stable and is what programs compare.
 */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly code: string;
  readonly retry: 'never' | 'later';
  readonly hint: string;
  readonly details: Readonly<Record<string, Json>>;

  constructor(code: string, message: string, options: FlowErrorOptions) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retry = options.retry;
    this.hint = options.hint;
    this.details = options.details ?? {};
    Object.defineProperty(this, BRAND, { value: true });
  }
}

/** Whether a value is a {@link FlowError}, also when it was made by another copy of this package. */
export function isFlowError(value: unknown): value is FlowError {
  return value instanceof Error && (value as { [BRAND]?: unknown })[BRAND] === true;
}

/** What {@link errorsOf} makes: a function that builds the errors of one table. */
export type MakeError<Code extends string> = (
  code: Code,
  message: string,
  more?: { readonly details?: Readonly<Record<string, Json>>; readonly cause?: unknown },
) => FlowError;

/** Binds a package's error table, so that a code outside it does not compile and hint and retry come from one place. */
export function errorsOf<const T extends ErrorTable>(table: T): MakeError<keyof T & string> {
  return (code, message, more = {}) => {
    const entry = table[code] as ErrorEntry;
    return new FlowError(code, message, { ...entry, ...more });
  };
}
