import type { Output } from '../output/output.ts';

/** Calls back on Ctrl-C and when the reader of standard output goes away, for commands that follow something. */
export function untilGone(output: Output, call: () => void): Disposable {
  process.once('SIGINT', call);
  output.closed.addEventListener('abort', call);
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', call);
      output.closed.removeEventListener('abort', call);
    },
  };
}
