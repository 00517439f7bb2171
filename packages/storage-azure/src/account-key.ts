import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';

type Headers = Readonly<Record<string, string>>;

/** Those that are part of what is signed, in this order. */
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

/** The key of a storage account, which signs requests. */
export class AccountKey {
  readonly #account: string;
  readonly #key: KeyObject;

  /** @param base64 as the service shows it */
  constructor(account: string, base64: string) {
    this.#account = account;
    this.#key = createSecretKey(Buffer.from(base64, 'base64'));
  }

  /** The header of that name for a request without content. */
  authorization(method: string, url: URL, headers: Headers): string {
    const text = textToSign(method, url, headers, this.#account);
    const signature = createHmac('sha256', this.#key).update(text).digest('base64');
    return `SharedKey ${this.#account}:${signature}`;
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
