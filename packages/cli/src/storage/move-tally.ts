import { isFlowError } from '@orchestrate/core';

/** One object that could not be moved. */
export interface MoveFailure {
  readonly what: string;
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

const SHOWN = 20;

/** What a call has done so far. */
export class MoveTally {
  /** Objects and bytes to move in all, where they are known. */
  objects = 0;
  bytes = 0;
  done = 0;
  doneBytes = 0;
  readonly failures: MoveFailure[] = [];
  failed = 0;
  onChange: () => void = () => undefined;

  expect(bytes: number): void {
    this.objects += 1;
    this.bytes += bytes;
  }

  moved(bytes: number): void {
    this.doneBytes += bytes;
    this.onChange();
  }

  finished(): void {
    this.done += 1;
    this.onChange();
  }

  fail(what: string, error: unknown): void {
    this.failed += 1;
    if (this.failures.length < SHOWN) {
      const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
      const known = isFlowError(error) ? { code: error.code, hint: error.hint } : { code: 'ERROR' };
      this.failures.push({ what, message, ...known });
    }
    this.onChange();
  }
}
