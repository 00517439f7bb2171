import type { CallOptions } from '@orchestrate/core';

/** Digests of a whole object as its service knows them; lower-case hex, crc32c of eight digits. */
export interface Checksums {
  readonly md5?: string;
  readonly crc32c?: string;
  /** Ours, from the object's metadata. */
  readonly sha256?: string;
}

/** What a service knows of one object. */
export interface ObjectHead {
  readonly bytes: number;
  /** Opaque to us: a generation number or an entity tag. Another one for every content. */
  readonly generation: string;
  /** Milliseconds since 1970, by the clock of the service. */
  readonly modifiedAt: number;
  readonly checksums: Checksums;
  /** The token of the write that made it, see {@link WriteRequest}; absent where somebody else has written, or it was not asked for. */
  readonly token?: string;
}

/** What must hold for a write to happen, judged by the service. */
export type Condition = { readonly absent: true } | { readonly generation: string };

/** How an object is to be written. */
export interface WriteRequest {
  readonly condition?: Condition;
  /**
   * Kept with the object, so that a writer whose reply was lost can tell its own object from another's. Made of
   * letters and digits.
   */
  readonly token: string;
  /** Kept with the object where it is known before the last byte is sent. */
  readonly sha256?: string;
  /** Of the whole content, where it is known; eight hex digits. Services that check it refuse other bytes. */
  readonly crc32c?: string;
}

/** The answer to a {@link ObjectPort.get}. */
export interface Download {
  /** Of the whole object. `token` may be missing. */
  readonly head: ObjectHead;
  /** The bytes asked for. Errors on the way are {@link PortError}s; may end early, which the caller notices. */
  readonly body: AsyncIterable<Uint8Array>;
}

/** An object that is sent in parts and appears whole with {@link PartedUpload.commit}. */
export interface PartedUpload {
  /** Whether parts may be sent at the same time and in any order; otherwise one after the other. */
  readonly parallel: boolean;
  /**
   * Sends one part; repeating it after an error is harmless. All parts but the last have the size that was asked for.
   * @param index 0 for the first
   * @param isLast whether nothing follows
   */
  part(
    index: number,
    content: Uint8Array,
    isLast: boolean,
    offset: number,
    options: CallOptions,
  ): Promise<void>;
  /** Makes the object appear. Repeating it after an error is harmless. */
  commit(final: WriteRequest, options: CallOptions): Promise<ObjectHead>;
  /** Throws away what was sent. */
  abort(): Promise<void>;
}

/** One page of a listing, in ascending order of name by UTF-8 bytes. */
export interface NamesPage {
  readonly objects: readonly (ObjectHead & { readonly name: string })[];
  readonly prefixes: readonly string[];
  readonly next?: string;
}

/** What to list. */
export interface NamesRequest {
  readonly prefix: string;
  readonly delimiter?: '/';
  readonly next?: string;
  readonly limit: number;
}

/** Sizes that a service prescribes. */
export interface ServiceLimits {
  /** Most bytes that one {@link ObjectPort.put} takes. */
  readonly putBytes: number;
  /** Parts are a multiple of this, but for the last. */
  readonly partMultiple: number;
  readonly maxPartBytes: number;
  /** Most parts of one object; `Infinity` where there is no such limit. */
  readonly maxParts: number;
  /** Most entries of a page. */
  readonly pageSize: number;
  /** Longest name, in UTF-8 bytes. */
  readonly nameBytes: number;
  /** Whether listings are in the order of UTF-16 units instead of UTF-8 bytes. */
  readonly utf16Order?: true;
}

/** Who speaks to the service, as `doctor` tells it. */
export interface Identity {
  /** An account, `anonymous`, or a kind of key. Never a secret. */
  readonly who: string;
  /** Where the credentials come from. */
  readonly from: string;
}

/** An operation, as permissions are named after. */
export type Operation = 'read' | 'write' | 'list' | 'delete' | 'copy';

/**
 * One bucket or container of a service, in the few calls that we make. An adapter makes each call once, without repeating
 * it, throws {@link PortError}s only (and the reason of an aborted signal), and knows nothing of keys, prefixes and
 * files of this machine.
 */
export interface ObjectPort extends AsyncDisposable {
  readonly limits: ServiceLimits;
  /** How people write the address of an object: `gs://bucket/name`. */
  address(name: string): string;
  /** The permission that an operation needs, in the words of the service. */
  permission(operation: Operation): string;
  identity(options: CallOptions): Promise<Identity>;
  /** `undefined` when there is no such object (a missing bucket is a {@link PortError}). */
  head(name: string, options: CallOptions): Promise<ObjectHead | undefined>;
  /**
   * @param range first and last byte, both inclusive; a last one beyond the end is cut
   * @param generation answer with this content or not at all (`condition`)
   */
  get(
    name: string,
    range: { readonly first: number; readonly last: number } | undefined,
    generation: string | undefined,
    options: CallOptions,
  ): Promise<Download>;
  /** One request. The service is told a digest of the content and refuses another one (`corrupt`). */
  put(
    name: string,
    content: Uint8Array,
    request: WriteRequest,
    options: CallOptions,
  ): Promise<ObjectHead>;
  /**
   * Begins an object sent in parts. Some services take token, digest and condition now, others with the commit; both are
   * told the same, but for a digest that is known at the end only.
   */
  upload(
    name: string,
    request: WriteRequest,
    options: CallOptions & { readonly bytes?: number },
  ): Promise<PartedUpload>;
  list(request: NamesRequest, options: CallOptions): Promise<NamesPage>;
  /** @throws PortError `missing` when there is no such object, `condition` when its generation is another */
  delete(name: string, generation: string | undefined, options: CallOptions): Promise<void>;
  /** Copies on the service's side, metadata included. @throws PortError `missing`, `condition` */
  copy(
    from: string,
    to: string,
    condition: Condition | undefined,
    options: CallOptions,
  ): Promise<ObjectHead>;
}
