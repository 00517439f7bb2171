import type { TokenCredential } from '@azure/identity';
import type { ContainerClient } from '@azure/storage-blob';
import { type Identity, PortError } from '@orchestrate/object-store';
import { AccountKey } from './account-key.ts';
import type { AzureConfig } from './config.ts';
import { readConnectionString } from './connection-string.ts';

/** The library repeats nothing: who repeats has to know whether an effect may have happened. */
const OPTIONS = { retryOptions: { maxTries: 1 }, keepAliveOptions: { enable: true } } as const;
/** Of tokens for all of Azure Storage. */
export const SCOPE = 'https://storage.azure.com/.default';

/** How a request says who asks: by a key, by tokens, or by neither. */
export interface Access {
  readonly key?: AccountKey;
  readonly tokens?: TokenCredential;
  /** Part of the address; empty where there is none. */
  readonly signature: string;
}

type Login = Omit<AzureConfig, 'prefix' | 'transfer'>;

/** A client of one container with the credentials of its options. The libraries are loaded when they are first needed. */
export class AzureLogin {
  readonly #login: Login;
  #client: Promise<ContainerClient> | undefined;
  #credential: Promise<TokenCredential> | undefined;

  constructor(login: Login) {
    this.#login = login;
  }

  /** Address of the container, without anything secret. */
  get url(): string {
    const { container } = this.#login;
    return `${this.#service().replace(/\/+$/, '')}/${encodeURIComponent(container)}`;
  }

  client(): Promise<ContainerClient> {
    this.#client ??= this.#open();
    return this.#client;
  }

  /** @throws PortError `no-identity` */
  async who(): Promise<Identity> {
    const { connectionString, sasToken, accountKey, anonymous, account } = this.#login;
    if (anonymous) return { who: 'anonymous', from: '`anonymous` of the storage' };
    if (connectionString !== undefined) {
      const { accountName } = await this.client();
      return { who: `the account ${accountName}`, from: 'connection string' };
    }
    if (accountKey !== undefined) return { who: `the account ${account}`, from: 'account key' };
    if (sasToken !== undefined) return { who: signature(sasToken), from: '`sasToken`' };
    const token = await (await this.#token()).getToken(SCOPE).catch((error: unknown) => {
      throw noIdentity(error);
    });
    return { who: principal(token?.token ?? ''), from: 'Microsoft Entra ID' };
  }

  /** What requests of our own say who asks with, and the signature that is part of their address. */
  async access(): Promise<Access> {
    const { connectionString, sasToken, accountKey, anonymous, account = '' } = this.#login;
    if (connectionString !== undefined) {
      const connection = readConnectionString(connectionString);
      if (connection.accountKey === undefined) return { signature: connection.sasToken ?? '' };
      return { key: new AccountKey(connection.account, connection.accountKey), signature: '' };
    }
    if (sasToken !== undefined) return { signature: sasToken.replace(/^\?/, '') };
    if (anonymous) return { signature: '' };
    if (accountKey !== undefined)
      return { key: new AccountKey(account, accountKey), signature: '' };
    return { tokens: await this.#token(), signature: '' };
  }

  #service(): string {
    const { endpoint, account = '', connectionString } = this.#login;
    if (endpoint !== undefined) return endpoint;
    if (connectionString === undefined) return `https://${account}.blob.core.windows.net`;
    try {
      return readConnectionString(connectionString).endpoint;
    } catch {
      // Errors name their object by its address; that the string cannot be read is told by what needs the login.
      return 'https://unknown.blob.core.windows.net';
    }
  }

  async #open(): Promise<ContainerClient> {
    const { AnonymousCredential, BlobServiceClient, ContainerClient, StorageSharedKeyCredential } =
      await import('@azure/storage-blob');
    const {
      container,
      connectionString,
      sasToken,
      accountKey,
      anonymous,
      account = '',
    } = this.#login;
    if (connectionString !== undefined) {
      try {
        const service = BlobServiceClient.fromConnectionString(connectionString, OPTIONS);
        return service.getContainerClient(container);
      } catch {
        // The library's own message may show the string.
        throw new PortError('no-identity', 'the connection string cannot be read');
      }
    }
    if (sasToken !== undefined) {
      const url = `${this.url}?${sasToken.replace(/^\?/, '')}`;
      return new ContainerClient(url, new AnonymousCredential(), OPTIONS);
    }
    if (anonymous) return new ContainerClient(this.url, new AnonymousCredential(), OPTIONS);
    if (accountKey === undefined)
      return new ContainerClient(this.url, await this.#token(), OPTIONS);
    const credential = new StorageSharedKeyCredential(account, accountKey);
    return new ContainerClient(this.url, credential, OPTIONS);
  }

  #token(): Promise<TokenCredential> {
    this.#credential ??= this.#openToken();
    return this.#credential;
  }

  async #openToken(): Promise<TokenCredential> {
    const { DefaultAzureCredential } = await import('@azure/identity');
    const { clientId, tenantId } = this.#login;
    return new DefaultAzureCredential({
      ...(clientId === undefined
        ? {}
        : { managedIdentityClientId: clientId, workloadIdentityClientId: clientId }),
      ...(tenantId === undefined ? {} : { tenantId }),
    });
  }
}

/** What a signature allows, without the signature. */
function signature(sasToken: string): string {
  const fields = new URLSearchParams(sasToken);
  const [permissions, end] = [fields.get('sp') ?? '?', fields.get('se') ?? 'an unknown time'];
  return `a shared access signature (${permissions}) until ${end}`;
}

/** The name in a token's claims, which are readable by whoever holds it. */
function principal(token: string): string {
  try {
    const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      readonly upn?: string;
      readonly appid?: string;
      readonly oid?: string;
    };
    return claims.upn ?? claims.appid ?? claims.oid ?? 'an identity without a name';
  } catch {
    return 'an identity without a name';
  }
}

/** @returns what to say when no way to log in worked */
export function noIdentity(error: unknown): PortError {
  const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
  return new PortError(
    'no-identity',
    `no login worked; \`az login\`, a managed or workload identity, or the variables of a service principal are tried (${said})`,
  );
}
