import { spawn } from 'node:child_process';
import type { SshConfig } from './config.ts';

/** What the program `ssh` said. `code` is missing when there is no such program. */
export interface ProgramAnswer {
  readonly code?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A value of `-o`: read by ssh like a line of its configuration, where `%` begins a token. */
function path(name: string, value: string): readonly string[] {
  return ['-o', `${name}="${value.replaceAll('%', '%%')}"`];
}

/** What the `ssh:` block says, as arguments of `ssh`. They come before what `~/.ssh/config` says. */
export function configArguments(config: SshConfig): readonly string[] {
  const { user, port, identityFile, knownHosts, strictHostKey, jump } = config;
  return [
    ...(user === undefined ? [] : ['-l', user]),
    ...(port === undefined ? [] : ['-p', String(port)]),
    ...(identityFile === undefined ? [] : path('IdentityFile', identityFile)),
    ...(knownHosts === undefined ? [] : path('UserKnownHostsFile', knownHosts)),
    ...(strictHostKey === undefined ? [] : ['-o', `StrictHostKeyChecking=${strictHostKey}`]),
    ...(jump === undefined ? [] : ['-J', jump]),
    '-o',
    `ConnectTimeout=${Math.ceil(config.connectTimeout)}`,
    '-o',
    `ServerAliveInterval=${Math.ceil(config.keepAlive)}`,
    '-o',
    'ServerAliveCountMax=3',
  ];
}

/** Runs the program `ssh` to its end. `talks`: it may ask the person at the terminal. */
export function askSsh(
  args: readonly string[],
  signal: AbortSignal,
  { talks = false }: { readonly talks?: boolean } = {},
): Promise<ProgramAnswer> {
  const { promise, resolve, reject } = Promise.withResolvers<ProgramAnswer>();
  const child = spawn('ssh', args, {
    stdio: [talks ? 'inherit' : 'ignore', 'pipe', 'pipe'],
    signal,
    killSignal: 'SIGTERM',
  });
  const said = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.stderr += text;
  });
  child.on('error', (error: NodeJS.ErrnoException) => {
    if (signal.aborted) reject(signal.reason);
    else if (error.code === 'ENOENT') resolve(said);
    else reject(error);
  });
  // Not `close`: a connection that stays in the background keeps standard error open.
  child.on('exit', (code, name) => {
    setImmediate(() => {
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ ...said, code: code ?? (name === null ? 1 : 255) });
    });
  });
  return promise;
}
