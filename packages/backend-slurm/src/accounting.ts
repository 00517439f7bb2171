import { shellQuote } from '@orchestrate/ssh';
import { parseSlurmId, type SlurmId } from './array-ids.ts';

/** What SLURM says of a job that is over. */
export interface AccountLine {
  readonly id: SlurmId;
  readonly name: string;
  readonly state: string;
  readonly code: number;
  readonly signal: number;
  /** Nodes it ran on; empty when it never started. */
  readonly nodes: string;
  readonly reason: string;
}

function exitCode(text: string): { readonly code: number; readonly signal: number } {
  const [code = '0', signal = '0'] = text.split(':');
  return { code: Number(code) || 0, signal: Number(signal) || 0 };
}

const FIELDS = 'JobID,State,ExitCode,NodeList,Reason,JobName';

/**
 * The question to `sacct` for jobs by id, or by name. `sinceMs`: no job of interest is older; without it sacct looks at today only.
 */
export function accountCommand(
  what: { readonly ids: readonly string[] } | { readonly names: readonly string[] },
  sinceMs: number,
): string {
  const which =
    'ids' in what ? `-j ${what.ids.join(',')}` : `--name=${shellQuote(what.names.join(','))}`;
  const minutes = Math.max(1, Math.ceil(sinceMs / 60_000));
  return `sacct -n -P -X ${which} -S now-${minutes}minutes -o ${FIELDS}`;
}

/** Reads what `sacct -P` printed; lines of another form are left out. */
export function parseAccount(text: string): AccountLine[] {
  return text.split('\n').flatMap((line) => {
    const [written = '', state = '', exit = '', nodes = '', reason = '', ...name] = line.split('|');
    const id = parseSlurmId(written);
    if (id === undefined) return [];
    const isNowhere = nodes === '' || nodes === 'None assigned';
    return [
      { id, name: name.join('|'), state, ...exitCode(exit), nodes: isNowhere ? '' : nodes, reason },
    ];
  });
}

/** The question for jobs where there is no accounting: the controller remembers ended jobs for a while (`MinJobAge`). */
export function controllerCommand(ids: readonly string[]): string {
  return ids.map((id) => `scontrol -o show job ${id}`).join('; ');
}

function field(line: string, name: string): string {
  return new RegExp(`(?:^| )${name}=(\\S*)`).exec(line)?.[1] ?? '';
}

/** Reads what `scontrol -o show job` printed. */
export function parseController(text: string): AccountLine[] {
  return text.split('\n').flatMap((line) => {
    const array = field(line, 'ArrayJobId');
    const task = field(line, 'ArrayTaskId');
    const written = array === '' ? field(line, 'JobId') : `${array}_${bracketed(task)}`;
    const id = parseSlurmId(written);
    if (id === undefined) return [];
    const nodes = field(line, 'NodeList');
    return [
      {
        id,
        name: field(line, 'JobName'),
        state: field(line, 'JobState'),
        ...exitCode(field(line, 'ExitCode')),
        nodes: nodes === '(null)' ? '' : nodes,
        reason: field(line, 'Reason'),
      },
    ];
  });
}

function bracketed(task: string): string {
  return /^[0-9]+$/.test(task) ? task : `[${task}]`;
}
