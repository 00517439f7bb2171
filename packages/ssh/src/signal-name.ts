/** Signals by number as Linux has them, which is what clusters run. */
const NAMES = [
  'HUP',
  'INT',
  'QUIT',
  'ILL',
  'TRAP',
  'ABRT',
  'BUS',
  'FPE',
  'KILL',
  'USR1',
  'SEGV',
  'USR2',
  'PIPE',
  'ALRM',
  'TERM',
];

/** The signal that an exit code of a shell stands for. */
export function signalOf(code: number): string | undefined {
  const name = NAMES[code - 129];
  return name === undefined ? undefined : `SIG${name}`;
}
