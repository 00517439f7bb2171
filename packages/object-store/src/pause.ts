/** Waits for some milliseconds; rejects at once, with any error, when the signal aborts. Handed in so that tests own time. */
export type Pause = (milliseconds: number, signal: AbortSignal | undefined) => Promise<void>;

/** Waits by the clock of this machine. Nearly every wait is ended by its signal, so that way is the cheap one. */
export const machinePause: Pause = (milliseconds, signal) => {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
  const end = () => {
    clearTimeout(timer);
    reject(signal?.reason as Error);
  };
  const timer = setTimeout(() => {
    signal?.removeEventListener('abort', end);
    resolve();
  }, milliseconds);
  signal?.addEventListener('abort', end, { once: true });
  return promise;
};
