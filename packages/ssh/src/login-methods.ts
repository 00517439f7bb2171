import { existsSync, readFileSync } from 'node:fs';
import type {
  AnyAuthMethod,
  AuthHandlerMiddleware,
  BaseAgent,
  IdentityCallback,
  ParsedKey,
} from 'ssh2';
import { agentSocket } from './login-environment.ts';
import type { Prompter } from './prompter.ts';
import type { SshSettings } from './ssh-settings.ts';

type Library = typeof import('ssh2');

/** What a login may use. */
export interface Credentials {
  readonly host: string;
  readonly settings: SshSettings;
  readonly password?: string;
  readonly prompter?: Prompter;
}

/** What came to light while a login was tried. */
export interface LoginNotes {
  /** Ways in that the host offers. */
  offered: readonly string[];
  /** Keys that could not be opened without a passphrase. */
  readonly locked: string[];
  /** Keys of kinds that the library cannot use, and files that could not be read. */
  readonly unusable: string[];
  /** Whether the host asked something that nobody was there to answer. */
  wasAsked: boolean;
}

function agentPath({ identityAgent }: SshSettings): string | undefined {
  if (identityAgent === 'none') return undefined;
  return identityAgent === 'SSH_AUTH_SOCK' ? agentSocket() : identityAgent;
}

/** Public keys beside the identity files, in the form in which an agent tells its own. */
function publicKeys(files: readonly string[]): readonly string[] {
  return files
    .map((file) => `${file}.pub`)
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8').split(/\s+/)[1] ?? '');
}

/** The agent; with `IdentitiesOnly` only for keys that are named. */
function agentOf(library: Library, settings: SshSettings): BaseAgent | string | undefined {
  const path = agentPath(settings);
  if (path === undefined || !existsSync(path)) return undefined;
  if (!settings.identitiesOnly) return path;
  const allowed = publicKeys(settings.identityFiles);
  class NamedKeysOnly extends library.OpenSSHAgent {
    override getIdentities(done: IdentityCallback<ParsedKey>): void {
      super.getIdentities((error, keys) => {
        const named = ((keys ?? []) as ParsedKey[]).filter((key) =>
          allowed.includes(key.getPublicSSH().toString('base64')),
        );
        done(error, named);
      });
    }
  }
  return new NamedKeysOnly(path);
}

function* openKeys(
  library: Library,
  settings: SshSettings,
  notes: LoginNotes,
): Generator<ParsedKey> {
  for (const file of settings.identityFiles) {
    if (!existsSync(file)) continue;
    try {
      const key = library.utils.parseKey(readFileSync(file));
      if (!(key instanceof Error)) yield key;
      else if (/encrypted/i.test(key.message)) notes.locked.push(file);
      else notes.unusable.push(file);
    } catch {
      notes.unusable.push(file);
    }
  }
}

async function unlock(
  library: Library,
  file: string,
  { host, prompter }: Credentials,
): Promise<ParsedKey | undefined> {
  for (let tries = 0; tries < 3; tries += 1) {
    const passphrase = await prompter?.({ host, text: `Passphrase of ${file}: `, echo: false });
    if (passphrase === undefined) return undefined;
    const key = library.utils.parseKey(readFileSync(file), passphrase);
    if (!(key instanceof Error)) return key;
  }
  return undefined;
}

function keyboard(credentials: Credentials, notes: LoginNotes): AnyAuthMethod {
  const { host, settings, password, prompter } = credentials;
  let isPasswordLeft = password !== undefined;
  const answer = async (text: string, echo: boolean, instructions: string) => {
    if (isPasswordLeft && !echo && /password/i.test(text)) {
      isPasswordLeft = false;
      return password;
    }
    notes.wasAsked = true;
    return prompter?.({
      host,
      text: instructions === '' ? text : `${instructions}\n${text}`,
      echo,
    });
  };
  return {
    type: 'keyboard-interactive',
    username: settings.user,
    prompt(_name, instructions, _language, prompts, finish) {
      const ask = async () => {
        const answers: string[] = [];
        for (const { prompt, echo = false } of prompts) {
          answers.push((await answer(prompt, echo, instructions)) ?? '');
        }
        finish(answers);
      };
      ask().catch(() => finish([]));
    },
  };
}

/** Ways in, the silent ones first. */
async function* methodsOf(
  library: Library,
  credentials: Credentials,
  notes: LoginNotes,
): AsyncGenerator<AnyAuthMethod> {
  const { settings, password, prompter } = credentials;
  const username = settings.user;
  const agent = agentOf(library, settings);
  if (agent !== undefined) yield { type: 'agent', username, agent };
  for (const key of openKeys(library, settings, notes)) yield { type: 'publickey', username, key };
  if (password !== undefined) yield { type: 'password', username, password };
  if (prompter !== undefined) {
    for (const file of notes.locked.splice(0)) {
      const key = await unlock(library, file, credentials);
      if (key === undefined) notes.locked.push(file);
      else yield { type: 'publickey', username, key };
    }
  }
  yield keyboard(credentials, notes);
}

/** What the host calls a way in. */
function nameOf({ type }: AnyAuthMethod): string {
  return type === 'agent' ? 'publickey' : type;
}

/** Tries what the host offers, and again from the start when it wants a second proof. */
export function loginMethods(
  library: Library,
  credentials: Credentials,
  notes: LoginNotes,
): AuthHandlerMiddleware {
  const username = credentials.settings.user;
  let methods = methodsOf(library, credentials, notes);
  let last: AnyAuthMethod | undefined;
  const done = new Set<string>();
  const next = async (offered: readonly string[]): Promise<AnyAuthMethod | undefined> => {
    for await (const method of { [Symbol.asyncIterator]: () => ({ next: () => methods.next() }) }) {
      const name = nameOf(method);
      if (!offered.includes(name) || done.has(name)) continue;
      last = method;
      return method;
    }
    return undefined;
  };
  return (offered, isPartial, call) => {
    // The first call is before anything was tried: with `none` the host tells what it offers.
    if (offered === null) return call({ type: 'none', username });
    notes.offered = offered;
    if (isPartial && last !== undefined) {
      done.add(nameOf(last));
      notes.locked.length = 0;
      methods = methodsOf(library, credentials, notes);
    }
    next(offered).then(
      (method) => call((method ?? false) as AnyAuthMethod),
      () => call(false as never),
    );
  };
}
