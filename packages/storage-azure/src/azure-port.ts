import { hash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { BlockBlobClient, ContainerClient } from '@azure/storage-blob';
import type { CallOptions, Clock } from '@orchestrate/core';
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
  wholeBody,
} from '@orchestrate/object-store';
import { AzureLogin } from './azure-login.ts';
import { BlobRequests } from './blob-requests.ts';
import { BlockUpload } from './block-upload.ts';
import type { AzureConfig } from './config.ts';
import { type ListedText, readListing } from './listing-text.ts';
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

/** One container. What is read is asked for by requests of ours, what changes something through the vendor's library. */
export class AzurePort implements ObjectPort {
  readonly limits = LIMITS;
  readonly #login: AzureLogin;
  readonly #requests: BlobRequests;

  constructor(config: AzureConfig, clock: Pick<Clock, 'now'>) {
    this.#login = new AzureLogin(config);
    this.#requests = new BlobRequests(this.#login, () => clock.now());
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

  async head(name: string, { signal }: CallOptions): Promise<ObjectHead | undefined> {
    checkName(name);
    try {
      const answer = await this.#requests.send({ method: 'HEAD', name, signal });
      answer.drop();
      return headOfAnswer(answer.headers);
    } catch (error) {
      if (error instanceof PortError && error.kind === 'missing') return undefined;
      throw portError(error, signal);
    }
  }

  async get(
    name: string,
    range: { readonly first: number; readonly last: number } | undefined,
    generation: string | undefined,
    { signal }: CallOptions,
  ): Promise<Download> {
    checkName(name);
    try {
      const { headers, body } = await this.#requests.send({
        method: 'GET',
        name,
        headers: {
          ...(range === undefined ? {} : { 'x-ms-range': `bytes=${range.first}-${range.last}` }),
          ...(generation === undefined ? {} : { 'if-match': `"${generation}"` }),
        },
        signal,
      });
      return { head: headOfAnswer(headers), body };
    } catch (error) {
      throw portError(error, signal);
    }
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
    try {
      const answer = await this.#requests.send({
        method: 'GET',
        query: {
          restype: 'container',
          comp: 'list',
          include: 'metadata',
          prefix: prefix === '' ? undefined : prefix,
          delimiter,
          marker: next,
          maxresults: String(limit),
        },
        signal,
      });
      return pageOf(readListing((await wholeBody(answer)).toString()));
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
    this.#requests[Symbol.dispose]();
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

function headOfAnswer(headers: IncomingHttpHeaders): ObjectHead {
  const text = (name: string): string | undefined => {
    const value = headers[name];
    return typeof value === 'string' ? value : undefined;
  };
  const metadata: Record<string, string> = {};
  for (const name of [TOKEN, SHA256]) {
    const value = text(`x-ms-meta-${name}`);
    if (value !== undefined) metadata[name] = value;
  }
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const length = total ?? headers['content-length'];
  // The digest of a range is none of the object.
  const md5 = total === undefined ? text('content-md5') : text('x-ms-blob-content-md5');
  const modified = headers['last-modified'];
  return headOf({
    metadata,
    ...(md5 === undefined ? {} : { contentMD5: Buffer.from(md5, 'base64') }),
    ...(headers.etag === undefined ? {} : { etag: headers.etag }),
    ...(modified === undefined ? {} : { lastModified: new Date(modified) }),
    ...(length === undefined ? {} : { contentLength: Number(length) }),
  });
}
