import { shellQuote } from '@orchestrate/ssh';
import { parseSlurmId, type SlurmId } from './array-ids.ts';

/** One line of `squeue`. */
export interface QueueLine {
  readonly id: SlurmId;
  readonly state: string;
  /** Why it waits: `Resources`, `Priority`, ...; `None` when it does not. */
  readonly reason: string;
  readonly name: string;
}

/** What `squeue` knows of the jobs of the user that are not over: one command, however many jobs there are. */
export function queueCommand(names?: readonly string[]): string {
  // Without the variable the indices of large arrays are cut off after 64 characters.
  const some = names === undefined ? '' : ` -t all --name=${shellQuote(names.join(','))}`;
  return `export SLURM_BITSTR_LEN=0; squeue -h -u "$(id -un)"${some} -o '%i|%T|%r|%j'`;
}

/** Reads the answer; lines of another form are left out. */
export function parseQueue(text: string): QueueLine[] {
  return text.split('\n').flatMap((line) => {
    const [written = '', state = '', reason = '', ...name] = line.split('|');
    const id = parseSlurmId(written.trim());
    return id === undefined ? [] : [{ id, state, reason, name: name.join('|') }];
  });
}
