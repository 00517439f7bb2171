import { execFile } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { repositoryRoot } from './tree.ts';

/** How a tool ended and what it said. */
export interface ToolResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Tools read their settings from the folder they are started in, not from the nx task that started us. */
function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('NX_'));
  const bin = join(repositoryRoot, 'node_modules', '.bin');
  return {
    ...Object.fromEntries(kept),
    NX_DAEMON: 'false',
    PATH: `${bin}${delimiter}${process.env['PATH']}`,
  };
}

/** Runs an installed command line tool in a folder; a non-zero exit is a result, not an error. */
export function runTool(cwd: string, tool: string, args: readonly string[]): Promise<ToolResult> {
  return new Promise((resolve, reject) => {
    const options = { cwd, env: environment(), maxBuffer: 64 * 1024 * 1024 };
    execFile(tool, args, options, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(new Error(`${tool} could not be run`, { cause: error }));
        return;
      }
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}
