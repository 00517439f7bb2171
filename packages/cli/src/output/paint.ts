/** The few meanings that have a look of their own. */
export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'bad' | 'warning' | 'busy';

const CODES: Readonly<Record<Tone, readonly [open: number, close: number] | undefined>> = {
  plain: undefined,
  strong: [1, 22],
  faint: [2, 22],
  good: [32, 39],
  bad: [31, 39],
  warning: [33, 39],
  busy: [36, 39],
};

/** Gives a text the look of a tone, or leaves it as it is where colour is off. */
export type Paint = (tone: Tone, text: string) => string;

/** No colour at all. */
export const plainPaint: Paint = (_tone, text) => text;

/** Colour by escape sequences every terminal knows. */
export const colourPaint: Paint = (tone, text) => {
  const code = CODES[tone];
  return code === undefined || text === '' ? text : `\u001b[${code[0]}m${text}\u001b[${code[1]}m`;
};

/** What decides about colour. */
export interface ColourWish {
  readonly option: 'auto' | 'always' | 'never';
  readonly isTerminal: boolean;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The option wins; then NO_COLOR, FORCE_COLOR and TERM=dumb; then whether a person is looking. */
export function choosePaint({ option, isTerminal, environment }: ColourWish): Paint {
  if (option !== 'auto') return option === 'always' ? colourPaint : plainPaint;
  if ((environment['NO_COLOR'] ?? '') !== '') return plainPaint;
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') {
    return forced === '0' || forced === 'false' ? plainPaint : colourPaint;
  }
  return isTerminal && environment['TERM'] !== 'dumb' ? colourPaint : plainPaint;
}

/** Signs that a terminal without UTF-8 can show too. */
export interface Signs {
  readonly good: string;
  readonly bad: string;
  readonly warning: string;
  readonly skipped: string;
  readonly dot: string;
  readonly cut: string;
  readonly barDone: string;
  readonly barFailed: string;
  readonly barOpen: string;
}

const UNICODE: Signs = {
  good: '✓',
  bad: '✗',
  warning: '!',
  skipped: '–',
  dot: '·',
  cut: '…',
  barDone: '━',
  barFailed: '━',
  barOpen: '─',
};

const ASCII: Signs = {
  good: '+',
  bad: 'x',
  warning: '!',
  skipped: '-',
  dot: '|',
  cut: '...',
  barDone: '#',
  barFailed: 'x',
  barOpen: '.',
};

/** Chooses signs by the locale, as C programs do. */
export function chooseSigns(environment: Readonly<Record<string, string | undefined>>): Signs {
  const locale = [environment['LC_ALL'], environment['LC_CTYPE'], environment['LANG']].find(
    (value) => value !== undefined && value !== '',
  );
  return /utf-?8/i.test(locale ?? '') ? UNICODE : ASCII;
}
