import { fileURLToPath } from 'node:url';

/** How to start a function worker. */
export interface WorkerCommand {
  readonly program: string;
  readonly args: readonly string[];
}

/**
 * The command that starts a function worker, with this same Node. It speaks over descriptor 3, a duplex stream of lines;
 * see `docs/decisions/0004-local-jobs.md`. Run from source, it resolves our packages to source as well.
 */
export function workerCommand(options: { readonly heapMegabytes?: number } = {}): WorkerCommand {
  const fromSource = import.meta.url.endsWith('.ts');
  const entry = new URL(fromSource ? './bin.ts' : './bin.js', import.meta.url);
  return {
    program: process.execPath,
    args: [
      ...(fromSource ? ['--conditions=@orchestrate/source'] : []),
      ...(options.heapMegabytes === undefined
        ? []
        : [`--max-old-space-size=${options.heapMegabytes}`]),
      fileURLToPath(entry),
      '--worker',
    ],
  };
}
