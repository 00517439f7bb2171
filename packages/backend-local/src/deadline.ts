/** Longest time a timer of Node can wait; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** Calls `act` once, after `ms`, however long that is; never keeps the process alive. */
export function after(ms: number, act: () => void): Disposable {
  let timer: NodeJS.Timeout;
  const arm = (left: number): void => {
    const step = Math.min(Math.max(0, left), LONGEST_MS);
    timer = setTimeout(() => (left > step ? arm(left - step) : act()), step);
    timer.unref();
  };
  arm(ms);
  return { [Symbol.dispose]: () => clearTimeout(timer) };
}
