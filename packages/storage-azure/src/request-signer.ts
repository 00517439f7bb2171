import type { TokenCredential } from '@azure/identity';
import { PortError } from '@orchestrate/object-store';
import { type Access, noIdentity, SCOPE } from './azure-login.ts';

type Headers = Readonly<Record<string, string>>;

/** A token is renewed while it is still good for some requests on their way. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;

/** Says who asks in the headers of a request. Signatures that are part of the address (SAS) need nothing more. */
export class RequestSigner {
  readonly #access: Access;
  readonly #now: () => number;
  #token: { readonly text: string; readonly renewAt: number } | undefined;
  #asking: Promise<string> | undefined;
  #tenantId: string | undefined;

  constructor(access: Access, now: () => number) {
    this.#access = access;
    this.#now = now;
  }

  /**
   * @param headers names in lower case
   * @throws PortError `no-identity`
   */
  headers(method: string, url: URL, headers: Headers): Headers | Promise<Headers> {
    const { key, tokens } = this.#access;
    if (key !== undefined) {
      const dated = { 'x-ms-date': new Date(this.#now()).toUTCString(), ...headers };
      return { ...dated, authorization: key.authorization(method, url, dated) };
    }
    if (tokens === undefined) return headers;
    return this.#bearer(tokens).then((token) => ({
      ...headers,
      authorization: `Bearer ${token}`,
    }));
  }

  /**
   * Prepares another try after a refusal (401): the token may have ended by another clock than this machine's, and the header
   * `www-authenticate` may name the tenant that the account asks tokens of.
   * @returns whether the request is worth repeating, once
   */
  renews(challenge: string | undefined): boolean {
    if (this.#access.tokens === undefined) return false;
    const tenantId = /authorization_uri="?https:\/\/[^/]+\/([\w.-]+)/i.exec(challenge ?? '')?.[1];
    this.#tenantId = tenantId ?? this.#tenantId;
    this.#token = undefined;
    return true;
  }

  async #bearer(tokens: TokenCredential): Promise<string> {
    if (this.#token !== undefined && this.#now() < this.#token.renewAt) return this.#token.text;
    this.#asking ??= this.#ask(tokens).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(tokens: TokenCredential): Promise<string> {
    const tenant = this.#tenantId === undefined ? {} : { tenantId: this.#tenantId };
    const token = await tokens.getToken(SCOPE, tenant).catch((error: unknown) => {
      throw noIdentity(error);
    });
    if (token === null) throw new PortError('no-identity', 'the identity gave no token');
    const renewAt = token.expiresOnTimestamp - RENEW_BEFORE_MS;
    this.#token = { text: token.token, renewAt };
    return token.token;
  }
}
