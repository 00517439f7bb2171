import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { SshConfig } from './config.ts';
import { sshError } from './errors.ts';
import { askSsh, configArguments } from './ssh-program.ts';

/** What is known of how a host is to be reached: the `ssh:` block, then the user's and the system's ssh_config. */
export interface SshSettings {
  readonly user: string;
  readonly hostname: string;
  readonly port: number;
  /** Absolute paths, whether or not they exist. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  /** Socket of the agent, `SSH_AUTH_SOCK` for the one of the environment, or `none`. */
  readonly identityAgent: string;
  /** `[user@]host[:port]` with commas; empty without. */
  readonly proxyJump: string;
  readonly knownHostsFiles: readonly string[];
  /** The name under which the key of the host is kept, if another one. */
  readonly hostKeyAlias?: string;
  readonly acceptNewKeys: boolean;
  /** All options by their lower-case names; empty when there is no program `ssh`. */
  readonly options: ReadonlyMap<string, readonly string[]>;
}

const TILDE = /^~(?=\/|$)/;

function atHome(path: string): string {
  return path.replace(TILDE, homedir());
}

/** `ssh -G` output: lines of a name and a value. */
function parseOptions(text: string): ReadonlyMap<string, readonly string[]> {
  const options = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [, name = '', value = ''] = /^(\S+) ?(.*)$/.exec(line) ?? [];
    if (name !== '') options.set(name, [...(options.get(name) ?? []), value]);
  }
  return options;
}

/** Files of one line; ssh prints them without quotes, so that a space in a name cannot be told from one between names. */
function filesOf(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => value.split(/ (?=[/~])/)).map(atHome);
}

/** `none` is how ssh says that an option is not set. */
export function optionOf(
  options: ReadonlyMap<string, readonly string[]>,
  name: string,
): string | undefined {
  const [value] = options.get(name) ?? [];
  return value === undefined || value === 'none' || value === '' ? undefined : value;
}

/** Settings out of what `ssh -G` printed. */
export function settingsFrom(text: string, host: string): SshSettings {
  const options = parseOptions(text);
  const alias = optionOf(options, 'hostkeyalias');
  const strict = optionOf(options, 'stricthostkeychecking');
  return {
    user: optionOf(options, 'user') ?? userInfo().username,
    hostname: optionOf(options, 'hostname') ?? host,
    port: Number(optionOf(options, 'port') ?? 22),
    identityFiles: (options.get('identityfile') ?? []).map(atHome),
    identitiesOnly: optionOf(options, 'identitiesonly') === 'yes',
    identityAgent: options.get('identityagent')?.[0] ?? 'SSH_AUTH_SOCK',
    proxyJump: optionOf(options, 'proxyjump') ?? '',
    knownHostsFiles: [
      ...filesOf(options.get('userknownhostsfile')),
      ...filesOf(options.get('globalknownhostsfile')),
    ],
    ...(alias === undefined ? {} : { hostKeyAlias: alias }),
    acceptNewKeys: strict === 'accept-new' || strict === 'no' || strict === 'off',
    options,
  };
}

/** Settings where there is no program `ssh`: the `ssh:` block and OpenSSH's own defaults. */
function plainSettings(host: string, config: SshConfig): SshSettings {
  const folder = join(homedir(), '.ssh');
  const keys = ['id_ed25519', 'id_ecdsa', 'id_rsa'].map((name) => join(folder, name));
  return {
    user: config.user ?? userInfo().username,
    hostname: host,
    port: config.port ?? 22,
    identityFiles: config.identityFile === undefined ? keys : [atHome(config.identityFile)],
    identitiesOnly: false,
    identityAgent: 'SSH_AUTH_SOCK',
    proxyJump: config.jump ?? '',
    knownHostsFiles: [
      config.knownHosts === undefined ? join(folder, 'known_hosts') : atHome(config.knownHosts),
      '/etc/ssh/ssh_known_hosts',
    ],
    acceptNewKeys: config.strictHostKey === 'accept-new',
    options: new Map(),
  };
}

/**
 * Asks `ssh -G`, which knows `Include`, `Match` and the defaults of its version.
 * @throws SSH_CONFIG when it cannot read its configuration
 */
export async function readSettings(
  host: string,
  config: SshConfig,
  signal: AbortSignal,
): Promise<SshSettings> {
  const { code, stdout, stderr } = await askSsh(
    ['-G', ...configArguments(config), '--', host],
    signal,
  );
  if (code === undefined) return plainSettings(host, config);
  if (code !== 0) {
    throw sshError('SSH_CONFIG', `ssh cannot read its settings for ${host}: ${stderr.trim()}`, {
      details: { host },
    });
  }
  return settingsFrom(stdout, host);
}
