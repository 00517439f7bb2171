import type { TokenCredential } from '@azure/identity';
import type { AnonymousCredential, StorageSharedKeyCredential } from '@azure/storage-blob';
import { PortError } from '@orchestrate/object-store';
import { noIdentity } from './azure-login.ts';

/** Whatever a client of the vendor's library logs in with. */
export type Credential = StorageSharedKeyCredential | AnonymousCredential | TokenCredential;

type Headers = Readonly<Record<string, string>>;

const SCOPE = 'https://storage.azure.com/.default';
/** In this order. */
const STANDARD = [
  'content-encoding',
  'content-language',
  'content-length',
  'content-md5',
  'content-type',
  'date',
  'if-modified-since',
  'if-match',
  'if-none-match',
  'if-unmodified-since',
  'range',
] as const;
/** A token is renewed while it is still good for some requests on their way. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;

/** Says who asks in the headers of a request. Signatures that are part of the address (SAS) need nothing more. */
export class RequestSigner {
  readonly #credential: Credential;
  readonly #now: () => number;
  #token: { readonly text: string; readonly renewAt: number } | undefined;
  #asking: Promise<string> | undefined;
  #tenantId: string | undefined;

  constructor(credential: Credential, now: () => number) {
    this.#credential = credential;
    this.#now = now;
  }

  /**
   * @param headers names in lower case
   * @throws PortError `no-identity`
   */
  headers(method: string, url: URL, headers: Headers): Headers | Promise<Headers> {
    const credential = this.#credential;
    if ('computeHMACSHA256' in credential) {
      const signed = { 'x-ms-date': new Date(this.#now()).toUTCString(), ...headers };
      const text = textToSign(method, url, signed, credential.accountName);
      const signature = credential.computeHMACSHA256(text);
      return { ...signed, authorization: `SharedKey ${credential.accountName}:${signature}` };
    }
    if (!('getToken' in credential)) return headers;
    return this.#bearer(credential).then((token) => ({
      ...headers,
      authorization: `Bearer ${token}`,
    }));
  }

  /**
   * Notes the tenant that an account asks tokens of, from the header `www-authenticate` of a refusal.
   * @returns whether the request is worth repeating
   */
  learnsFrom(challenge: string | undefined): boolean {
    const tenantId = /authorization_uri="?https:\/\/[^/]+\/([\w.-]+)/i.exec(challenge ?? '')?.[1];
    if (!('getToken' in this.#credential) || tenantId === undefined || tenantId === this.#tenantId)
      return false;
    this.#tenantId = tenantId;
    this.#token = undefined;
    return true;
  }

  async #bearer(credential: TokenCredential): Promise<string> {
    if (this.#token !== undefined && this.#now() < this.#token.renewAt) return this.#token.text;
    this.#asking ??= this.#ask(credential).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #ask(credential: TokenCredential): Promise<string> {
    const tenant = this.#tenantId === undefined ? {} : { tenantId: this.#tenantId };
    const token = await credential.getToken(SCOPE, tenant).catch((error: unknown) => {
      throw noIdentity(error);
    });
    if (token === null) throw new PortError('no-identity', 'the identity gave no token');
    const renewAt = token.expiresOnTimestamp - RENEW_BEFORE_MS;
    this.#token = { text: token.token, renewAt };
    return token.token;
  }
}

/**
 * What a key signs of a request without content: its method, standard headers, those of the service in order, and what is
 * asked for ("Authorize with Shared Key" of the documentation, section on Blob, version 2015-02-21 and later).
 */
export function textToSign(method: string, url: URL, headers: Headers, account: string): string {
  const own = Object.keys(headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${headers[name]}\n`);
  const asked = [...url.searchParams]
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `\n${name}:${value}`);
  const standard = STANDARD.map((name) => `${headers[name] ?? ''}\n`);
  const resource = `/${account}${url.pathname}${asked.join('')}`;
  return `${method}\n${standard.join('')}${own.join('')}${resource}`;
}
