import { hash } from 'node:crypto';
import type { CallOptions, Clock } from '@orchestrate/core';
import {
  type Condition,
  type Download,
  type HttpAnswer,
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
import type { GcsConfig } from './config.ts';
import type { GoogleIdentity } from './google-identity.ts';
import {
  headOf,
  hexOf,
  JsonApi,
  LISTED_FIELDS,
  listedOf,
  OBJECT_FIELDS,
  type ObjectResource,
  SHA256,
  TOKEN,
} from './json-api.ts';
import { ResumableUpload } from './resumable-upload.ts';

const MEBIBYTE = 1024 * 1024;

/** From "Quotas and limits" and "Resumable uploads" of the documentation. */
const LIMITS: ServiceLimits = {
  putBytes: 64 * MEBIBYTE,
  partMultiple: 256 * 1024,
  maxPartBytes: 1024 * MEBIBYTE,
  maxParts: Number.POSITIVE_INFINITY,
  pageSize: 1000,
  nameBytes: 1024,
};

const PERMISSIONS: Readonly<Record<Operation, string>> = {
  read: 'storage.objects.get',
  write: 'storage.objects.create (and storage.objects.delete to replace an object)',
  list: 'storage.objects.list',
  delete: 'storage.objects.delete',
  copy: 'storage.objects.get and storage.objects.create',
};

interface ListAnswer {
  readonly nextPageToken?: string;
  readonly prefixes?: readonly string[];
  readonly items?: readonly ObjectResource[];
}

interface RewriteAnswer {
  readonly done: boolean;
  readonly rewriteToken?: string;
  readonly resource?: ObjectResource;
}

/** The value of `ifGenerationMatch`; 0 stands for "there is none". */
function generationMatch(condition: Condition | undefined): string | undefined {
  if (condition === undefined) return undefined;
  return 'absent' in condition ? '0' : condition.generation;
}

/** The metadata that a write leaves with its object. */
function metadataOf({ token, sha256 }: WriteRequest): Readonly<Record<string, string>> {
  return { [TOKEN]: token, ...(sha256 === undefined ? {} : { [SHA256]: sha256 }) };
}

/** One bucket, through the JSON API. */
export class GcsPort implements ObjectPort {
  readonly limits = LIMITS;
  readonly #bucket: string;
  readonly #identity: GoogleIdentity;
  readonly #api: JsonApi;
  readonly #objects: string;

  constructor(
    config: Pick<GcsConfig, 'bucket' | 'userProject'>,
    identity: GoogleIdentity,
    clock: Pick<Clock, 'now'>,
  ) {
    this.#bucket = config.bucket;
    this.#identity = identity;
    this.#api = new JsonApi(identity, config.userProject, () => clock.now());
    this.#objects = `b/${encodeURIComponent(config.bucket)}/o`;
  }

  address(name: string): string {
    return `gs://${this.#bucket}/${name}`;
  }

  permission(operation: Operation): string {
    return PERMISSIONS[operation];
  }

  identity(): Promise<Identity> {
    return this.#identity.who();
  }

  async head(name: string, { signal }: CallOptions): Promise<ObjectHead | undefined> {
    try {
      const path = this.#path(name);
      const query = { fields: OBJECT_FIELDS };
      return headOf(await this.#api.json({ method: 'GET', path, query, signal }));
    } catch (error) {
      if (error instanceof PortError && error.kind === 'missing') return undefined;
      throw error;
    }
  }

  async get(
    name: string,
    range: { readonly first: number; readonly last: number } | undefined,
    generation: string | undefined,
    { signal }: CallOptions,
  ): Promise<Download> {
    const answer = await this.#api.send({
      method: 'GET',
      path: this.#path(name),
      query: { alt: 'media', generation },
      headers: {
        // Content that is stored compressed is to come as it is stored: that is what its digests are of.
        'accept-encoding': 'gzip',
        ...(range === undefined ? {} : { range: `bytes=${range.first}-${range.last}` }),
      },
      signal,
      expects: [200, 206],
    });
    return { head: headOfDownload(answer), body: answer.body };
  }

  async put(
    name: string,
    content: Uint8Array,
    request: WriteRequest,
    { signal }: CallOptions,
  ): Promise<ObjectHead> {
    const boundary = `orchestrate-${request.token}`;
    const metadata = JSON.stringify({
      name,
      metadata: metadataOf(request),
      md5Hash: hash('md5', content, 'base64'),
    });
    const head = [
      `--${boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n${metadata}\r\n`,
      `--${boundary}\r\nContent-Type: application/octet-stream\r\n\r\n`,
    ].join('');
    const tail = `\r\n--${boundary}--\r\n`;
    const object = await this.#api.json<ObjectResource>({
      method: 'POST',
      path: `/upload/storage/v1/${this.#objects}`,
      query: {
        uploadType: 'multipart',
        fields: OBJECT_FIELDS,
        ifGenerationMatch: generationMatch(request.condition),
      },
      headers: { 'content-type': `multipart/related; boundary=${boundary}` },
      body: [Buffer.from(head), content, Buffer.from(tail)],
      signal,
    });
    return headOf(object);
  }

  async upload(
    name: string,
    request: WriteRequest,
    { signal, bytes }: CallOptions & { readonly bytes?: number },
  ): Promise<PartedUpload> {
    const answer = await this.#api.send({
      method: 'POST',
      path: `/upload/storage/v1/${this.#objects}`,
      query: {
        uploadType: 'resumable',
        name,
        ifGenerationMatch: generationMatch(request.condition),
        fields: OBJECT_FIELDS,
      },
      headers: {
        'content-type': 'application/json; charset=UTF-8',
        'x-upload-content-type': 'application/octet-stream',
        ...(bytes === undefined ? {} : { 'x-upload-content-length': String(bytes) }),
      },
      body: [Buffer.from(JSON.stringify({ name, metadata: metadataOf(request) }))],
      signal,
    });
    answer.drop();
    const { location } = answer.headers;
    if (location === undefined || !URL.canParse(location))
      throw new PortError('broken', 'the service did not say where to send the content');
    return new ResumableUpload(this.#api, new URL(location), () =>
      this.head(name, signal === undefined ? {} : { signal }),
    );
  }

  async list(request: NamesRequest, { signal }: CallOptions): Promise<NamesPage> {
    const { prefix, delimiter, next, limit } = request;
    const answer = await this.#api
      .json<ListAnswer>({
        method: 'GET',
        path: `/storage/v1/${this.#objects}`,
        query: {
          prefix,
          delimiter,
          pageToken: next,
          maxResults: limit,
          fields: `nextPageToken,prefixes,items(${LISTED_FIELDS})`,
        },
        signal,
      })
      .catch((error: unknown) => {
        throw error instanceof PortError && error.kind === 'missing'
          ? this.#noBucket(error)
          : error;
      });
    const { nextPageToken, prefixes = [], items = [] } = answer;
    return {
      objects: items.map(listedOf),
      prefixes,
      ...(nextPageToken === undefined ? {} : { next: nextPageToken }),
    };
  }

  async delete(
    name: string,
    generation: string | undefined,
    { signal }: CallOptions,
  ): Promise<void> {
    const query = { ifGenerationMatch: generation };
    const answer = await this.#api.send({
      method: 'DELETE',
      path: this.#path(name),
      query,
      signal,
    });
    answer.drop();
  }

  async copy(
    from: string,
    to: string,
    condition: Condition | undefined,
    { signal }: CallOptions,
  ): Promise<ObjectHead> {
    const path = `${this.#path(from)}/rewriteTo/${this.#objects}/${encodeURIComponent(to)}`;
    let rewriteToken: string | undefined;
    for (;;) {
      const query = { rewriteToken, ifGenerationMatch: generationMatch(condition) };
      const headers = { 'content-type': 'application/json' };
      const answer: RewriteAnswer = await this.#api.json({
        method: 'POST',
        path,
        query,
        headers,
        signal,
      });
      if (answer.done && answer.resource !== undefined) return headOf(answer.resource);
      if (answer.rewriteToken === undefined)
        throw new PortError('broken', 'the answer does not say how a copy goes on');
      rewriteToken = answer.rewriteToken;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#api[Symbol.asyncDispose]();
  }

  #path(name: string): string {
    return `/storage/v1/${this.#objects}/${encodeURIComponent(name)}`;
  }

  #noBucket(cause: PortError): PortError {
    return new PortError('no-bucket', `there is no bucket ${this.#bucket}`, { cause });
  }
}

/** What the headers of a download say of its object. */
function headOfDownload({ headers }: HttpAnswer): ObjectHead {
  const generation = String(headers['x-goog-generation'] ?? '');
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['content-length'];
  if (generation === '' || total === undefined)
    throw new PortError('broken', 'the answer does not say what it is of');
  const digests = new Map(
    String(headers['x-goog-hash'] ?? '')
      .split(/, */)
      .map((text) => [text.slice(0, text.indexOf('=')), text.slice(text.indexOf('=') + 1)]),
  );
  const [crc32c, md5] = [digests.get('crc32c'), digests.get('md5')];
  return {
    bytes: Number(total),
    generation,
    modifiedAt: Date.parse(headers['last-modified'] ?? ''),
    checksums: {
      ...(crc32c === undefined ? {} : { crc32c: hexOf(crc32c) }),
      ...(md5 === undefined ? {} : { md5: hexOf(md5) }),
    },
  };
}
