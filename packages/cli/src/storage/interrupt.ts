/** Aborts on Ctrl-C and SIGTERM; what is on its way ends, what is done stays. Disposing gives the signals back. */
export function interruptSignal(): { readonly signal: AbortSignal } & Disposable {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Error('interrupted'));
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return {
    signal: stop.signal,
    [Symbol.dispose]() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', interrupt);
    },
  };
}
