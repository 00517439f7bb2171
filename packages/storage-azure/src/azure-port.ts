import { hash } from 'node:crypto';
import type {
  BlobDownloadResponseParsed,
  BlockBlobClient,
  ContainerClient,
} from '@azure/storage-blob';
import type { CallOptions } from '@orchestrate/core';
import {
  type Checksums,
  type Condition,
  type Download,
  type Identity,
  type NamesPage,
  type NamesRequest,
  type ObjectHead,
  type ObjectPort,
  type Operation,
  type PartedUpload,
  PortError,
  type ServiceLimits,
  type WriteRequest,
} from '@orchestrate/object-store';
import { AzureLogin } from './azure-login.ts';
import { BlockUpload } from './block-upload.ts';
import type { AzureConfig } from './config.ts';
import { ListingClient } from './listing-client.ts';
import type { ListedText } from './listing-text.ts';
import { portError } from './service-error.ts';

const MEBIBYTE = 1024 * 1024;

/** From "Scalability and performance targets for Blob storage" of the documentation. */
const LIMITS: ServiceLimits = {
  putBytes: 256 * MEBIBYTE,
  partMultiple: 1,
  maxPartBytes: 4000 * MEBIBYTE,
  maxParts: 50_000,
  pageSize: 5000,
  nameBytes: 1024,
  utf16Order: true,
};

/** Actions of the roles, and letters of a shared access signature. */
const PERMISSIONS: Readonly<Record<Operation, string>> = {
  read: 'the action blobs/read (role Storage Blob Data Reader) or `r`',
  write: 'the action blobs/write (role Storage Blob Data Contributor) or `cw`',
  list: 'the action blobs/read (role Storage Blob Data Reader) or `l`',
  delete: 'the action blobs/delete (role Storage Blob Data Contributor) or `d`',
  copy: 'the actions blobs/read and blobs/write (role Storage Blob Data Contributor) or `rcw`',
};

const TOKEN = 'orchestrate_write';
const SHA256 = 'orchestrate_sha256';
const COPY_LOOKS_APART_MS = 500;

interface Properties {
  readonly contentLength?: number;
  readonly etag?: string;
  readonly lastModified?: Date;
  readonly contentMD5?: Uint8Array;
  readonly metadata?: Readonly<Record<string, string>>;
}

/** One container, through the vendor's library. */
export class AzurePort implements ObjectPort {
  readonly limits = LIMITS;
  readonly #login: AzureLogin;
  readonly #listing = new ListingClient();
  #lister: Promise<ContainerClient> | undefined;

  constructor(config: AzureConfig) {
    this.#login = new AzureLogin(config);
  }

  address(name: string): string {
    return `${this.#login.url}/${name}`;
  }

  permission(operation: Operation): string {
    return PERMISSIONS[operation];
  }

  identity(): Promise<Identity> {
    return this.#login.who();
  }

  async head(name: string, options: CallOptions): Promise<ObjectHead | undefined> {
    try {
      return await this.#blob(name, options, async (blob, abortSignal) =>
        headOf(await blob.getProperties({ ...abortSignal })),
      );
    } catch (error) {
      if (error instanceof PortError && error.kind === 'missing') return undefined;
      throw error;
    }
  }

  get(
    name: string,
    range: { readonly first: number; readonly last: number } | undefined,
    generation: string | undefined,
    options: CallOptions,
  ): Promise<Download> {
    return this.#blob(name, options, async (blob, abortSignal) => {
      const count = range === undefined ? undefined : range.last - range.first + 1;
      const answer = await blob.download(range?.first ?? 0, count, {
        ...abortSignal,
        ...(generation === undefined ? {} : { conditions: { ifMatch: `"${generation}"` } }),
        maxRetryRequests: 0,
      });
      return { head: headOfDownload(answer), body: bodyOf(answer, options.signal) };
    });
  }

  put(
    name: string,
    content: Uint8Array,
    request: WriteRequest,
    options: CallOptions,
  ): Promise<ObjectHead> {
    return this.#blob(name, options, async (blob, abortSignal) => {
      const md5 = hash('md5', content, 'buffer');
      const answer = await blob.upload(content, content.length, {
        ...abortSignal,
        blobHTTPHeaders: { blobContentMD5: md5, blobContentType: 'application/octet-stream' },
        metadata: metadataOf(request),
        conditions: conditionsOf(request.condition),
      });
      const md5Given = { contentMD5: md5, contentLength: content.length };
      return headOf({ ...answer, ...md5Given, metadata: metadataOf(request) });
    });
  }

  async upload(name: string, { token }: WriteRequest, options: CallOptions): Promise<PartedUpload> {
    return new BlockUpload(token, {
      stage: (id, content, md5, call) =>
        this.#blob(name, call, async (blob, abortSignal) => {
          const checked = { ...abortSignal, transactionalContentMD5: md5 };
          await blob.stageBlock(id, content, content.length, checked);
        }),
      commit: (ids, bytes, request, call) =>
        this.#blob(name, call, async (blob, abortSignal) => {
          const metadata = metadataOf(request);
          const answer = await blob.commitBlockList([...ids], {
            ...abortSignal,
            blobHTTPHeaders: { blobContentType: 'application/octet-stream' },
            metadata,
            conditions: conditionsOf(request.condition),
          });
          const { etag, lastModified } = answer;
          return headOf({
            contentLength: bytes,
            metadata,
            ...(etag === undefined ? {} : { etag }),
            ...(lastModified === undefined ? {} : { lastModified }),
          });
        }),
      // Nothing is there yet; a container that is missing is told by the first part.
      ...options,
    });
  }

  async list(request: NamesRequest, { signal }: CallOptions): Promise<NamesPage> {
    const { prefix, delimiter, next, limit } = request;
    const abortSignal = signal === undefined ? {} : { abortSignal: signal };
    const wanted = { prefix, includeMetadata: true, ...abortSignal };
    const settings = {
      maxPageSize: limit,
      ...(next === undefined ? {} : { continuationToken: next }),
    };
    try {
      this.#lister ??= this.#login.clientOver(this.#listing);
      const container = await this.#lister;
      const pages =
        delimiter === undefined
          ? container.listBlobsFlat(wanted).byPage(settings)
          : container.listBlobsByHierarchy(delimiter, wanted).byPage(settings);
      const step: IteratorResult<{ readonly clientRequestId?: string }> = await pages.next();
      const page = this.#listing.take(step.value?.clientRequestId ?? '');
      if (page === undefined) throw new PortError('broken', 'the answer has no page');
      return pageOf(page);
    } catch (error) {
      throw portError(error, signal);
    }
  }

  delete(name: string, generation: string | undefined, options: CallOptions): Promise<void> {
    return this.#blob(name, options, async (blob, abortSignal) => {
      const conditions = generation === undefined ? {} : { ifMatch: `"${generation}"` };
      await blob.delete({ ...abortSignal, conditions });
    });
  }

  copy(
    from: string,
    to: string,
    condition: Condition | undefined,
    options: CallOptions,
  ): Promise<ObjectHead> {
    return this.#container(options, async (container, abortSignal) => {
      checkName(to);
      const source = container.getBlockBlobClient(from);
      const target = container.getBlockBlobClient(to);
      const poller = await target.beginCopyFromURL(source.url, {
        ...abortSignal,
        conditions: conditionsOf(condition),
        intervalInMs: COPY_LOOKS_APART_MS,
      });
      const { copyStatus = '' } = await poller.pollUntilDone();
      if (copyStatus !== 'success')
        throw new PortError('broken', `the copy ended as ${copyStatus}`);
      return headOf(await target.getProperties(abortSignal));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The library closes its idle connections by itself.
    this.#listing[Symbol.dispose]();
    await Promise.resolve();
  }

  #blob<T>(
    name: string,
    options: CallOptions,
    act: (blob: BlockBlobClient, abortSignal: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return this.#container(options, (container, abortSignal) => {
      checkName(name);
      return act(container.getBlockBlobClient(name), abortSignal);
    });
  }

  async #container<T>(
    { signal }: CallOptions,
    act: (
      container: ContainerClient,
      abortSignal: { readonly abortSignal?: AbortSignal },
    ) => Promise<T>,
  ): Promise<T> {
    try {
      const container = await this.#login.client();
      return await act(container, signal === undefined ? {} : { abortSignal: signal });
    } catch (error) {
      throw portError(error, signal);
    }
  }
}

/** A backslash becomes a slash on the way, and two names the same. */
function checkName(name: string): void {
  if (name.includes('\\')) throw new PortError('name', 'Azure takes a backslash for a slash');
}

function pageOf({ blobs, prefixes, next }: ListedText): NamesPage {
  return {
    objects: blobs.map((blob) => ({ ...headOf(blob), name: blob.name })),
    prefixes,
    ...(next === '' ? {} : { next }),
  };
}

function metadataOf({ token, sha256 }: WriteRequest): Record<string, string> {
  return { [TOKEN]: token, ...(sha256 === undefined ? {} : { [SHA256]: sha256 }) };
}

function conditionsOf(condition: Condition | undefined): {
  ifMatch?: string;
  ifNoneMatch?: string;
} {
  if (condition === undefined) return {};
  return 'absent' in condition ? { ifNoneMatch: '*' } : { ifMatch: `"${condition.generation}"` };
}

/** @throws PortError `broken` when something is missing */
function headOf({
  contentLength,
  etag,
  lastModified,
  contentMD5,
  metadata = {},
}: Properties): ObjectHead {
  if (contentLength === undefined || etag === undefined)
    throw new PortError('broken', 'the answer does not describe an object');
  const [sha256, token] = [metadata[SHA256], metadata[TOKEN]];
  const checksums: Checksums = {
    ...(contentMD5 === undefined ? {} : { md5: Buffer.from(contentMD5).toString('hex') }),
    ...(sha256 === undefined ? {} : { sha256 }),
  };
  return {
    bytes: contentLength,
    // Headers put it into quotes, listings do not.
    generation: etag.replaceAll('"', ''),
    modifiedAt: lastModified?.getTime() ?? 0,
    checksums,
    ...(token === undefined ? {} : { token }),
  };
}

function headOfDownload(answer: BlobDownloadResponseParsed): ObjectHead {
  const { contentRange, blobContentMD5, contentMD5, contentLength, etag, lastModified, metadata } =
    answer;
  const total = /\/(\d+)$/.exec(contentRange ?? '')?.[1];
  // The digest of a range is none of the object.
  const md5 = total === undefined ? contentMD5 : blobContentMD5;
  return headOf({
    ...(metadata === undefined ? {} : { metadata }),
    ...(md5 === undefined ? {} : { contentMD5: md5 }),
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(contentLength === undefined && total === undefined
      ? {}
      : { contentLength: Number(total ?? contentLength) }),
  });
}

async function* bodyOf(
  { readableStreamBody }: BlobDownloadResponseParsed,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  if (readableStreamBody === undefined) throw new PortError('broken', 'the answer has no content');
  try {
    for await (const piece of readableStreamBody) yield piece as unknown as Uint8Array;
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    const said = error instanceof Error ? (error.message.split('\n')[0] ?? '') : '';
    throw new PortError('broken', `the connection broke: ${said.replace(/\?\S*/g, '')}`);
  }
}
