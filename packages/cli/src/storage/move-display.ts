import { FooterRegion } from '../output/footer-region.ts';
import type { Output } from '../output/output.ts';
import { bytesText, countText, durationText } from '../output/quantity-text.ts';
import { realLater } from '../session/real-later.ts';
import type { MoveTally } from './move-tally.ts';

const BAR = 24;

/** One line of progress: a bar, objects, bytes, their rate and the time that is left. */
function progressLine(
  { objects, bytes, done, doneBytes, failed }: MoveTally,
  seconds: number,
  signs: Output['signs'],
): string {
  const share = bytes > 0 ? doneBytes / bytes : done / Math.max(1, objects);
  const full = Math.round(Math.min(1, share) * BAR);
  const rate = seconds > 0 ? doneBytes / seconds : 0;
  const left =
    rate > 0 && bytes > doneBytes ? [`${durationText((bytes - doneBytes) / rate)} left`] : [];
  return [
    `${signs.barDone.repeat(full)}${signs.barOpen.repeat(BAR - full)} ${countText(done)} of ${countText(objects)}`,
    `${bytesText(doneBytes)} of ${bytesText(bytes)}`,
    `${bytesText(rate)}/s`,
    ...left,
    ...(failed > 0 ? [`${countText(failed)} failed`] : []),
  ].join(` ${signs.dot} `);
}

/** Shows progress at the bottom of a terminal; shows nothing elsewhere. */
export function showProgress(output: Output, tally: MoveTally): Disposable {
  if (!output.isTerminal || output.isJson || output.level === 'quiet')
    return { [Symbol.dispose]: () => undefined };
  const begun = performance.now();
  const draw = (columns: number) => {
    const text = progressLine(tally, (performance.now() - begun) / 1000, output.signs);
    const fitting = text.slice(0, columns - 1);
    return [{ text: fitting, painted: fitting }];
  };
  const region = new FooterRegion(output, draw, realLater);
  tally.onChange = () => region.refresh();
  region.open();
  return region;
}
