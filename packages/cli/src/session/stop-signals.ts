import type { RunHandle } from '@orchestrate/engine';
import { EXIT } from '../exit-codes.ts';

const DRAINING =
  'stopping after the tasks that are running; Ctrl-C again leaves at once, their jobs stay alive';
const LEAVING = 'leaving; jobs stay alive, `orchestrate resume` finds them again';

/**
 * Ctrl-C once drains the run, twice leaves it with its jobs alive, three times ends the process at once. SIGTERM leaves it.
 * A terminal that goes away (SIGHUP) changes nothing. Disposing gives the signals back.
 */
export function listenForStops(
  handle: RunHandle,
  { tell, quit }: { readonly tell: (text: string) => void; readonly quit: () => void },
): Disposable {
  let interrupts = 0;
  const leave = (): void => {
    tell(LEAVING);
    handle.ask('detach');
  };
  const interrupt = (): void => {
    interrupts += 1;
    if (interrupts === 1) {
      tell(DRAINING);
      handle.ask('drain');
    } else if (interrupts === 2) {
      leave();
    } else {
      quit();
      process.exit(EXIT.stopped);
    }
  };
  const ignore = (): void => {};
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', leave);
  process.on('SIGHUP', ignore);
  return {
    [Symbol.dispose]() {
      process.off('SIGINT', interrupt);
      process.off('SIGTERM', leave);
      process.off('SIGHUP', ignore);
    },
  };
}
