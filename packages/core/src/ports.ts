/** Time, handed in so that tests own it. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00Z; may jump. For records. */
  now(): number;
  /** Milliseconds since an arbitrary start; never runs backwards and stands still while the machine sleeps. For deadlines. */
  monotonic(): number;
}

/** The part of a structured logger that we use; pino fits as it is. Messages are static text, facts go into the object. */
export interface Logger {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** A logger that drops everything. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** Uniform numbers in [0, 1), handed in so that tests own chance. */
export type Random = () => number;
