import {
  FAILURE_CLASSES,
  type FailureClass,
  type FunctionCall,
  type FunctionContext,
  type FunctionPack,
  isFlowError,
  type JobExit,
  type Json,
} from '@orchestrate/core';
import { loadFunction, type TaskFunction } from './load-function.ts';
import type { OutputCapture } from './output-capture.ts';
import { ProgressBuffer } from './progress-buffer.ts';
import { describeThrown } from './thrown.ts';

/** What one run of a pack takes. */
export interface PackRunSettings {
  /** Folder from which packages are looked for. */
  readonly from: string;
  readonly signal: AbortSignal;
  /** File for what calls print that have none of their own. */
  readonly logPath: string | undefined;
  readonly capture: OutputCapture;
  /** Called between calls, at most every {@link REPORT_MS}, now and then while one waits, and once at the end. */
  readonly report: (progress: ProgressBuffer) => void;
}

/** Milliseconds between two reports of quick calls, so that they cost nothing. */
const REPORT_MS = 2;
/** Calls that take longer than this on average, milliseconds, are each reported before the next one is made. */
const QUICK_CALL_MS = 0.05;
/** Calls that never wait would keep signals and messages out; they get a turn this often. While one waits, as often a report. */
const TURN_MS = 20;

const NOTHING = Object.freeze({});

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}

function nextTurn(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}

/** JSON text of a result, `undefined` for no result. Throws for what JSON cannot hold. */
function textOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined)
    throw new TypeError(`expected a result of JSON values, got a ${typeof value}`);
  return text;
}

/** What was thrown may name its class itself: work that moves data can tell a full or silent service from a mistake. */
function classOf(thrown: unknown): FailureClass {
  const named = isFlowError(thrown) ? thrown.details['failureClass'] : undefined;
  return FAILURE_CLASSES.find((failure) => failure === named) ?? 'user-error';
}

/** One run of a pack: makes its calls one after another and keeps account of them. */
export class PackRun {
  readonly #pack: FunctionPack;
  readonly #settings: PackRunSettings;
  readonly progress = new ProgressBuffer();
  /** Position of the call that is being made. */
  #current: number | undefined;
  #failures = 0;
  #firstFailure: { readonly failure: FailureClass; readonly message: string } | undefined;
  #reportedAt = 0;
  /** Calls since the last report. */
  #unreported = 0;
  #turnedAt = 0;

  constructor(pack: FunctionPack, settings: PackRunSettings) {
    this.#pack = pack;
    this.#settings = settings;
  }

  /** Makes the calls. Never throws: what goes wrong is in the exit. */
  async run(): Promise<JobExit> {
    const { module, export: exported, calls } = this.#pack;
    const { capture, from, logPath, report } = this.#settings;
    let task: TaskFunction;
    try {
      capture.direct(logPath);
      task = await loadFunction(module, exported, from);
    } catch (error) {
      return { outcome: 'user-error', message: describeThrown(error) };
    }
    this.#reportedAt = performance.now();
    this.#turnedAt = this.#reportedAt;
    const ticking = setInterval(() => report(this.progress), TURN_MS);
    await this.#makeAll(task, calls);
    clearInterval(ticking);
    capture.direct(undefined);
    report(this.progress);
    return this.#exit();
  }

  async #makeAll(task: TaskFunction, calls: readonly FunctionCall[]): Promise<void> {
    for (let position = 0; position < calls.length; position += 1) {
      const call = calls[position];
      if (call === undefined || this.#settings.signal.aborted) break;
      const made = this.#make(task, position, call);
      const good = typeof made === 'boolean' ? made : await made;
      if (!good && this.#pack.ordered) break;
      const pause = this.#pause();
      if (pause !== undefined) await pause;
    }
  }

  /** The process ends in the middle of a call: that call has failed. Returns how the pack ended, if it was running. */
  endedBy(message: string): JobExit | undefined {
    if (this.#current === undefined) return undefined;
    this.#fail(this.#current, message);
    this.#settings.report(this.progress);
    return { outcome: 'user-error', message };
  }

  #exit(): JobExit {
    if (this.#settings.signal.aborted) return { outcome: 'cancelled', message: 'cancelled' };
    if (this.#firstFailure === undefined) return { outcome: 'succeeded' };
    const { failure, message } = this.#firstFailure;
    const more = this.#failures === 1 ? '' : ` (and ${this.#failures - 1} more calls failed)`;
    return { outcome: failure, message: `${message}${more}` };
  }

  #context(call: FunctionCall): FunctionContext {
    return {
      signal: this.#settings.signal,
      task: call.name ?? '',
      attempt: call.attempt ?? 1,
      inputs: call.inputs ?? NOTHING,
      outputs: call.outputs ?? NOTHING,
    };
  }

  /** Whether the call succeeded. Not a promise for a call that did not wait, which saves most of the time of a quick one. */
  #make(task: TaskFunction, position: number, call: FunctionCall): boolean | Promise<boolean> {
    this.#current = position;
    this.#settings.capture.direct(call.logPath ?? this.#settings.logPath);
    try {
      const value = task(call.args, this.#context(call));
      if (isPromise(value)) return this.#finish(value, position);
      return this.#succeed(position, value);
    } catch (error) {
      return this.#failed(position, error);
    }
  }

  async #finish(value: PromiseLike<unknown>, position: number): Promise<boolean> {
    try {
      return this.#succeed(position, await value);
    } catch (error) {
      return this.#failed(position, error);
    }
  }

  /** A call that ended after it had been asked to stop is not known to have done its work: nothing is said of it. */
  #succeed(position: number, value: unknown): boolean {
    const text = textOf(value);
    this.#current = undefined;
    if (!this.#settings.signal.aborted) this.progress.succeed(position, text);
    return true;
  }

  #failed(position: number, error: unknown): boolean {
    this.#current = undefined;
    if (this.#settings.signal.aborted) return false;
    const stack = error instanceof Error ? (error.stack ?? error.message) : describeThrown(error);
    this.#settings.capture.write(Buffer.from(`${stack}\n`));
    this.#fail(position, describeThrown(error), classOf(error));
    return false;
  }

  #fail(position: number, message: string, failure: FailureClass = 'user-error'): void {
    this.#failures += 1;
    this.#firstFailure ??= { failure, message };
    this.progress.fail(position, failure, message);
  }

  #pause(): Promise<void> | undefined {
    const now = performance.now();
    const since = now - this.#reportedAt;
    this.#unreported += 1;
    if (since < REPORT_MS && since < this.#unreported * QUICK_CALL_MS) return undefined;
    this.#reportedAt = now;
    this.#unreported = 0;
    this.#settings.report(this.progress);
    if (now - this.#turnedAt < TURN_MS) return undefined;
    this.#turnedAt = now;
    return nextTurn();
  }
}

/** Checks that a value has the form of a pack. */
export function isPack(value: unknown): value is FunctionPack {
  if (typeof value !== 'object' || value === null) return false;
  const { module, export: exported, calls } = value as Readonly<Record<string, unknown>>;
  return (
    typeof module === 'string' &&
    typeof exported === 'string' &&
    Array.isArray(calls) &&
    calls.length > 0 &&
    calls.every((call: Json) => typeof call === 'object' && call !== null && 'args' in call)
  );
}
