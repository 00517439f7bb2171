/**
 * Folders and files of one batch on the cluster. A batch is what one `sbatch` submits: a job, or an array of them.
 *
 * - `batch.sh`: what is submitted. `keys`: the key of each job, by line. `stamp`: when the folder was made.
 * - `jobs/<n>.sh`: what job `n` does. `packs/<n>.json`: the calls of a pack.
 * - `s/<n>`: made once, by the one process that may run job `n`; says which. `s/<n>.<restart>`: the same when SLURM starts it again.
 * - `e/<n>.<restart>.<code>.<signal>.<start>.<end>`: made whole and last; says how job `n` ended.
 * - `c/<n>`: job `n` is to be ended. `r/<n>.json`: results of a pack. `logs/<n>`: what it printed, where files are not shared.
 */
export interface BatchLayout {
  readonly root: string;
  readonly script: string;
  readonly log: (index: number) => string;
  readonly result: (index: number) => string;
}

/** The folder of batches below the working folder on the cluster. */
export function batchesFolder(workdir: string): string {
  return `${workdir}/batches`;
}

/** Where things of a batch are. */
export function batchLayout(workdir: string, name: string): BatchLayout {
  const root = `${batchesFolder(workdir)}/${name}`;
  return {
    root,
    script: `${root}/batch.sh`,
    log: (index) => `${root}/logs/${index}`,
    result: (index) => `${root}/r/${index}.json`,
  };
}

/** Names of the folders a batch is made with. */
export const BATCH_FOLDERS: readonly string[] = ['jobs', 'packs', 's', 'e', 'c', 'r', 'logs'];
