import type { Later } from '../output/footer-region.ts';

/** Timers that do not keep the process alive. */
export const realLater: Later = (milliseconds, call) => {
  const timer = setTimeout(call, milliseconds);
  timer.unref();
  return { [Symbol.dispose]: () => clearTimeout(timer) };
};
