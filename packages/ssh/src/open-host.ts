import { systemReasons } from './choose-via.ts';
import { CommandBudget } from './command-budget.ts';
import { hostsOf, type SshConfig } from './config.ts';
import { type Connect, Connection, type Surroundings } from './connection.ts';
import { sshError } from './errors.ts';
import type { Link } from './link.ts';
import { LinkedHost } from './linked-host.ts';
import { kerberosTicket } from './login-environment.ts';
import type { Prompter } from './prompter.ts';
import { optionOf, readSettings, type SshSettings } from './ssh-settings.ts';
import { connectSsh2, NoCommonAlgorithm } from './ssh2-connect.ts';
import { connectSystem } from './system-link.ts';
import type { RemoteHost } from './transport.ts';

/** What a host is opened with besides its `ssh:` block. */
export interface HostOptions extends Surroundings {
  /** Asks the person, where there is one: passphrases, second factors, keys of new hosts. */
  readonly prompter?: Prompter;
  /** The program `ssh` may use the terminal of this process to ask. Default: no. */
  readonly hasTerminal?: boolean;
  /** Shared by all that work on the same host. Default: one of its own, of `commandsPerMinute`. */
  readonly budget?: CommandBudget;
}

function passwordNeedsLibrary(host: string, reasons: readonly string[]): Error {
  const why = reasons.length === 0 ? '`via: system`' : reasons.join(', ');
  const message = `${host} needs the program \`ssh\` (${why}), to which a password cannot be given`;
  return sshError('SSH_CONFIG', message, { details: { host } });
}

/** Chooses between the two ways to a host, by its settings, each time a connection is made: settings change. */
function connector(config: SshConfig, options: HostOptions): Connect {
  const { prompter, hasTerminal = false } = options;
  const bySystem = (
    host: string,
    settings: SshSettings,
    signal: AbortSignal,
    reasons: readonly string[],
  ): Promise<Link> => {
    if (config.password !== undefined) throw passwordNeedsLibrary(host, reasons);
    const own = optionOf(settings.options, 'controlpath');
    return connectSystem(
      host,
      {
        config,
        around: options,
        hasTerminal,
        ...(own === undefined ? {} : { ownControlPath: own }),
      },
      signal,
    );
  };
  const ssh2 = {
    config,
    around: options,
    ...(prompter === undefined ? {} : { prompter }),
  };
  return async (host, signal) => {
    const settings = await readSettings(host, config, signal);
    const { via } = config;
    const reasons = via === 'auto' ? systemReasons(settings, kerberosTicket) : [];
    if (via === 'system' || reasons.length > 0) return bySystem(host, settings, signal, reasons);
    try {
      return await connectSsh2(host, settings, ssh2, signal);
    } catch (error) {
      if (!(error instanceof NoCommonAlgorithm)) throw error;
      if (via === 'auto' && settings.options.size > 0) {
        return bySystem(host, settings, signal, ['algorithms that ssh2 does not have']);
      }
      const message = `ssh2 has no algorithm in common with ${host}: ${error.message}`;
      throw sshError('SSH_CONFIG', message, { details: { host } });
    }
  };
}

/** Opens a login host, or several that are one cluster. Nothing is sent before something asks for it. */
export function openHost(config: SshConfig, options: HostOptions): RemoteHost {
  const hosts = hostsOf(config);
  const connection = new Connection(hosts, connector(config, options), options);
  const budget = options.budget ?? new CommandBudget(config.commandsPerMinute, options);
  return new LinkedHost(hosts.join(', '), connection, budget, options);
}
