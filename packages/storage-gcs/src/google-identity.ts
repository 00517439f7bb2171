import { readFile } from 'node:fs/promises';
import { type Identity, PortError } from '@orchestrate/object-store';
import type { GoogleAuth, JWT } from 'google-auth-library';
import type { GcsConfig } from './config.ts';

const SCOPE = 'https://www.googleapis.com/auth/devstorage.read_write';
/** What minting a token for another account needs. */
const IMPERSONATION_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
const LIFETIME_SECONDS = 3600;

type Login = Pick<
  GcsConfig,
  'project' | 'keyFile' | 'impersonate' | 'anonymous' | 'userProject' | 'endpoint'
>;

/** Credentials and the address of the service, through Google's own libraries, which are loaded when they are first needed. */
export class GoogleIdentity {
  readonly #login: Login;
  #auth: Promise<GoogleAuth> | undefined;
  #endpoint: Promise<URL> | undefined;

  constructor(login: Login) {
    this.#login = login;
  }

  /** Where the service is, without a path. */
  endpoint(): Promise<URL> {
    this.#endpoint ??= this.#findEndpoint();
    return this.#endpoint;
  }

  /** Headers that say who asks; renewed by the library before they end. @throws PortError `no-identity` */
  async headers(url: URL): Promise<Readonly<Record<string, string>>> {
    if (this.#login.anonymous) return {};
    try {
      const headers = await (await this.#open()).getRequestHeaders(url);
      return Object.fromEntries(headers.entries());
    } catch (error) {
      throw this.#noIdentity(error);
    }
  }

  /** @throws PortError `no-identity` */
  async who(): Promise<Identity> {
    const { anonymous, impersonate, keyFile } = this.#login;
    if (anonymous) return { who: 'anonymous', from: '`anonymous` of the storage' };
    try {
      const auth = await this.#open();
      await auth.getRequestHeaders();
      if (impersonate !== undefined) return { who: impersonate, from: 'impersonation' };
      const { client_email: email } = await auth.getCredentials();
      const from = keyFile === undefined ? 'application default credentials' : 'key file';
      return { who: email ?? 'a user of Google Cloud', from };
    } catch (error) {
      throw this.#noIdentity(error);
    }
  }

  #open(): Promise<GoogleAuth> {
    this.#auth ??= this.#openAuth();
    return this.#auth;
  }

  async #openAuth(): Promise<GoogleAuth> {
    const { GoogleAuth, Impersonated } = await import('google-auth-library');
    const { project, keyFile, impersonate } = this.#login;
    const scopes = [impersonate === undefined ? SCOPE : IMPERSONATION_SCOPE];
    const projectId = project === undefined ? {} : { projectId: project };
    const own =
      keyFile === undefined
        ? new GoogleAuth({ ...projectId, scopes })
        : new GoogleAuth({ ...projectId, authClient: await clientOfKey(keyFile, scopes) });
    if (impersonate === undefined) return own;
    const authClient = new Impersonated({
      sourceClient: await own.getClient(),
      targetPrincipal: impersonate,
      targetScopes: [SCOPE],
      lifetime: LIFETIME_SECONDS,
    });
    return new GoogleAuth({ authClient });
  }

  /** The vendor's library knows where its service is: other universes have other names. */
  async #findEndpoint(): Promise<URL> {
    const { endpoint } = this.#login;
    if (endpoint !== undefined) return new URL(endpoint);
    const { Storage } = await import('@google-cloud/storage');
    return new URL(new Storage({ projectId: 'unused' }).apiEndpoint);
  }

  #noIdentity(cause: unknown): PortError {
    if (cause instanceof PortError) return cause;
    const { keyFile, impersonate } = this.#login;
    const said = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : '';
    const way =
      keyFile === undefined
        ? 'no application default credentials; `gcloud auth application-default login` makes them'
        : `the key file ${keyFile} cannot be used`;
    const whose = impersonate === undefined ? '' : ` to act as ${impersonate}`;
    return new PortError('no-identity', `there are no credentials${whose}: ${way} (${said})`, {
      cause,
    });
  }
}

/** A file that somebody was given may name any address to send credentials to, so only plain keys are taken from one. */
async function clientOfKey(path: string, scopes: string[]): Promise<JWT> {
  const { JWT: Client } = await import('google-auth-library');
  const key = JSON.parse(await readFile(path, 'utf8')) as Partial<Record<string, unknown>>;
  const { type, client_email: email, private_key: secret } = key;
  if (type !== 'service_account' || typeof email !== 'string' || typeof secret !== 'string')
    throw new PortError(
      'no-identity',
      `${path} is not the key of a service account; for other credentials set GOOGLE_APPLICATION_CREDENTIALS`,
    );
  return new Client({ email, key: secret, scopes });
}
