/** What an answer of `sbatch` comes to. */
export type SubmitAnswer =
  | { readonly outcome: 'accepted'; readonly id: string }
  | {
      readonly outcome: 'rejected' | 'busy' | 'doubtful';
      readonly reason: string;
      /** There is no room for so many jobs; fewer of them may be taken. */
      readonly tooMany?: true;
    };

/** Limits of how many jobs an account may have, which free themselves. Texts as sbatch prints them. */
const TOO_MANY: readonly RegExp[] = [
  /Job violates accounting\/QOS policy \(job submit limit/i,
  /MaxSubmitJobs?Per|MaxSubmitJob/i,
  /AssocMaxSubmitJobLimit|QOSMaxSubmitJob|AssocGrpSubmitJobsLimit|QOSGrpSubmitJobsLimit/i,
];

/** Other refusals that pass: a controller that was certainly not reached. Texts of slurm_strerror (Slurm's slurm_errno.c). */
const BUSY: readonly RegExp[] = [
  /Resource temporarily unavailable|Slurm temporarily unable to accept job/i,
  /Slurm backup controller in standby mode/i,
  /Connection refused/i,
  /Unable to contact slurm controller \(connect failure\)/i,
  // The folder was just written: a file system that has not seen it yet.
  /Unable to open file/i,
];

/** Refusals of the job as it is written. */
const REJECTED: readonly RegExp[] = [
  /Invalid /i,
  /invalid (?:option|partition|account|qos|constraint|feature|reservation)/i,
  /Requested node configuration is not available/i,
  /Requested time limit is invalid/i,
  /Job violates accounting\/QOS policy/i,
  /User's group not permitted|Access\/permission denied|Unspecified error/i,
  /More processors requested than permitted/i,
  /Memory required by task is not available|memory specification/i,
  /unrecognized option|ambiguous|No partition specified or system default partition/i,
  /Required partition not available|Requested partition configuration not available/i,
  /Job size specification needs to be provided/i,
  /does not look like a batch script|DOS line breaks|Batch script is empty/i,
  /Batch job submission failed: (?!.*(?:timed out|communicat|shutdown|connect))/i,
  /sbatch: fatal/i,
];

function lastLines(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/^sbatch: (?:error: )?/, '').trim())
    .filter((line) => line !== '');
  return lines.slice(-3).join('; ') || 'sbatch said nothing';
}

/**
 * Reads the answer of `sbatch --parsable`. What is not certainly a refusal leaves the job in doubt: SLURM may have it although
 * it said "Socket timed out".
 */
export function readAnswer(code: number, stdout: string, stderr: string): SubmitAnswer {
  const id = /^([0-9]+)(?:;\S*)?\s*$/m.exec(stdout)?.[1];
  // An id is an id, whatever else was said.
  if (id !== undefined) return { outcome: 'accepted', id };
  const reason = lastLines(stderr === '' ? stdout : stderr);
  if (code === 127 || code === 126) {
    return { outcome: 'rejected', reason: `sbatch cannot be run there: ${reason}` };
  }
  if (/timed out|Zero Bytes|Unexpected message/i.test(stderr))
    return { outcome: 'doubtful', reason };
  if (TOO_MANY.some((text) => text.test(stderr))) {
    return { outcome: 'busy', reason, tooMany: true };
  }
  if (BUSY.some((text) => text.test(stderr))) return { outcome: 'busy', reason };
  if (REJECTED.some((text) => text.test(stderr))) return { outcome: 'rejected', reason };
  return { outcome: 'doubtful', reason };
}
