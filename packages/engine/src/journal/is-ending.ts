import { readFileSync } from 'node:fs';

/** Set by Linux once a process has begun to end (`PF_EXITING`). */
const EXITING = 0x4;

/**
 * Whether a process of this machine is gone, or is on its way: what it holds is let go of by the kernel, which on a busy
 * machine takes its time. Where there is no `/proc`, one that is on its way counts as alive.
 */
export function isEnding(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  try {
    // The name of the program stands in brackets and may hold anything: state and flags come after the last of them.
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', , , , , , flags = ''] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ['Z', 'X'].includes(state) || (Number(flags) & EXITING) !== 0;
  } catch {
    return false;
  }
}
