import { spawn } from 'node:child_process';
import type { Environment } from '../command-context.ts';

/** The program that shows a file to the person at this machine; `undefined` where nobody sits in front of it. */
export function openerFor(environment: Environment, platform: NodeJS.Platform): string | undefined {
  const has = (name: string): boolean => (environment[name] ?? '') !== '';
  if (has('SSH_CONNECTION') || has('CI')) return undefined;
  if (platform === 'darwin') return 'open';
  return platform === 'linux' && (has('DISPLAY') || has('WAYLAND_DISPLAY'))
    ? 'xdg-open'
    : undefined;
}

/** Shows a file and does not wait; a program that is missing is no error, the path has been printed. */
export function openPage(opener: string, path: string): void {
  const child = spawn(opener, [path], { detached: true, stdio: 'ignore' });
  child.on('error', () => {});
  child.unref();
}
