import { PortError } from '@orchestrate/object-store';

/** What a connection string says of the blob service. */
export interface Connection {
  readonly account: string;
  /** Base64. */
  readonly accountKey: string | undefined;
  /** Without a question mark. */
  readonly sasToken: string | undefined;
  readonly endpoint: string;
}

/** `UseDevelopmentStorage=true` stands for this; the key is that of every emulator ("Use the Azurite emulator" of the documentation). */
const EMULATOR =
  'AccountName=devstoreaccount1;AccountKey=Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==;BlobEndpoint=http://127.0.0.1:10000/devstoreaccount1';

/** Fields of a connection string, names in lower case: order and case are free. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text.split(';').map((part) => {
      const at = part.indexOf('=');
      return [part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim()] as const;
    }),
  );
}

/**
 * Reads a connection string ("Configure Azure Storage connection strings" of the documentation).
 * @throws PortError `no-identity`, which shows nothing of it
 */
export function readConnectionString(text: string): Connection {
  const given = fieldsOf(text);
  const fields = given.get('usedevelopmentstorage') === 'true' ? fieldsOf(EMULATOR) : given;
  const endpoint = fields.get('blobendpoint');
  const account = fields.get('accountname') ?? accountIn(endpoint);
  const accountKey = fields.get('accountkey');
  const sasToken = fields.get('sharedaccesssignature');
  if (account === undefined || (accountKey === undefined && sasToken === undefined))
    throw new PortError('no-identity', 'the connection string cannot be read');
  const suffix = fields.get('endpointsuffix') ?? 'core.windows.net';
  const protocol = fields.get('defaultendpointsprotocol') ?? 'https';
  return {
    account,
    accountKey,
    sasToken: sasToken?.replace(/^\?/, ''),
    endpoint: endpoint ?? `${protocol}://${account}.blob.${suffix}`,
  };
}

/** The account in the name of the host, or, of an emulator, at the beginning of the path. */
function accountIn(endpoint: string | undefined): string | undefined {
  if (endpoint === undefined || !URL.canParse(endpoint)) return undefined;
  const { hostname, pathname } = new URL(endpoint);
  const first = pathname.split('/')[1] ?? '';
  return first === '' ? hostname.split('.')[0] : first;
}
