import type { CallOptions, Finding } from './backend.ts';

/** What a store knows of one object. */
export interface ObjectStat {
  readonly key: string;
  readonly bytes: number;
  /** Opaque; changes whenever the content does. What `ifMatch` takes. */
  readonly generation: string;
  /** Milliseconds since 1970. */
  readonly modifiedAt: number;
  /** Lower-case hex sha256 of the content, where the store knows it without reading. */
  readonly sha256?: string;
}

/** One page of a listing. */
export interface ListPage {
  /** In ascending order of key by UTF-8 bytes (see {@link StorageTraits.utf16Order}), within the page and from page to page. */
  readonly objects: readonly ObjectStat[];
  /** With a delimiter: the distinct prefixes up to and including it. */
  readonly prefixes: readonly string[];
  /** Hand it back to go on; absent on the last page. */
  readonly next?: string;
}

/** What to list. */
export interface ListRequest extends CallOptions {
  /** Only keys that start with it. Default: all. */
  readonly prefix?: string;
  /** Groups the keys that go on beyond it, as folders do: `/`. */
  readonly delimiter?: '/';
  readonly next?: string;
  /** Entries a page at most. Default and ceiling: the store's own. */
  readonly limit?: number;
}

/** Options of calls that move content. */
export interface TransferOptions extends CallOptions {
  /** Told how many bytes have been moved since it was called last, for progress on a screen. A store may leave it out. */
  readonly onBytes?: (bytes: number) => void;
}

/** Conditions of a write; at most one of the two. */
export interface WriteOptions extends TransferOptions {
  /** Only if there is no such object yet. @throws STORAGE_EXISTS otherwise. */
  readonly ifAbsent?: boolean;
  /** Only if the object's generation is still this. @throws STORAGE_CHANGED otherwise. */
  readonly ifMatch?: string;
  /** Expected digest of the content, lower-case hex. @throws STORAGE_CORRUPT when it differs; nothing is published then. */
  readonly sha256?: string;
  /**
   * The object need not survive a power cut before {@link Storage.settle} resolves, which whoever asks for this has to call.
   * Many small objects are written much faster so. Has no meaning where `settle` is missing.
   */
  readonly durable?: 'later';
}

/** From so many objects on it is quicker to have them durable later, all together, than each by itself. */
export const SETTLED_TOGETHER = 500;

/** Bytes of an object, first and last inclusive. `last` beyond the end is cut; `first` beyond the end throws STORAGE_RANGE. */
export interface ByteRange {
  readonly first: number;
  readonly last?: number;
}

/** What a store can do. The contract suite proves each claim and its opposite. */
export interface StorageTraits {
  /** Whether `ifAbsent` is honoured atomically; without it, it throws STORAGE_UNSUPPORTED. */
  readonly conditionalCreate: boolean;
  /** Whether `ifMatch` is honoured atomically; without it, it throws STORAGE_UNSUPPORTED. */
  readonly conditionalReplace: boolean;
  /** Whether objects are files of this machine: then `localPath` is there. */
  readonly local: boolean;
  /** Whether `copy` happens on the server's side; without it, it throws STORAGE_UNSUPPORTED. */
  readonly serverCopy: boolean;
  /**
   * Whether listings are in the order of UTF-16 units, which is that of the service, instead of that of UTF-8 bytes. The
   * two differ where characters above U+FFFF meet those from U+E000 on. Default: no.
   */
  readonly utf16Order?: boolean;
}

/**
 * Keeps named, immutable bytes. A key is UTF-8 text of 1 to 1,024 bytes, segments separated by `/`, without empty, `.` or `..`
 * segments, leading or trailing slash, or control characters: STORAGE_KEY otherwise ({@link storageKeyProblem}). A store
 * may refuse more keys than that (on disks a segment ends at 255 bytes), with the same code. An object is visible under its
 * key whole or not at all. Reads after a finished write see it.
 *
 * Where keys are files in folders, `a` and `a/b` cannot both be there: writing the second throws STORAGE_CONFLICT and harms
 * nothing. `stat` of a key that is such a folder is `undefined`. Every method throws STORAGE_DENIED when permissions are
 * missing, STORAGE_FULL when there is no room, STORAGE_FILE when a file of this machine is the trouble, STORAGE_UNAVAILABLE
 * when the store does not answer. An aborted call rejects with the signal's reason. Disposing twice is harmless.
 */
export interface Storage extends AsyncDisposable {
  readonly traits: StorageTraits;
  /** `undefined` when there is no such object. */
  stat(key: string, options?: CallOptions): Promise<ObjectStat | undefined>;
  /**
   * The content in pieces, all of one generation. What is known of the content's digest is checked on the way.
   * Errors come with the first piece asked for. A range of an empty object always lies beyond its end.
   * @throws STORAGE_NOT_FOUND, STORAGE_RANGE, STORAGE_CHANGED when the object changed while it was read
   */
  read(
    key: string,
    options?: CallOptions & { readonly range?: ByteRange },
  ): AsyncIterable<Uint8Array>;
  /**
   * Publishes the content atomically. An aborted or failed write leaves what was there before; when the content itself
   * throws, that error is passed on (as it is, or as `cause`). `ifAbsent` together with `ifMatch` is STORAGE_UNSUPPORTED.
   */
  write(
    key: string,
    content: Uint8Array | AsyncIterable<Uint8Array>,
    options?: WriteOptions,
  ): Promise<ObjectStat>;
  /**
   * Publishes a finished regular file of this machine; a store that is `local` may move the file instead of copying it,
   * and it is then gone. On an error it is still there. @throws STORAGE_FILE for a missing file, a folder or a symbolic link
   */
  put(path: string, key: string, options?: WriteOptions): Promise<ObjectStat>;
  /** Brings an object to a path of this machine, whole or not at all; parent folders are made. */
  fetch(key: string, path: string, options?: TransferOptions): Promise<ObjectStat>;
  list(request?: ListRequest): Promise<ListPage>;
  /** Removes an object. A missing one is not an error. @throws STORAGE_CHANGED when `ifMatch` is given and differs */
  delete(key: string, options?: CallOptions & { readonly ifMatch?: string }): Promise<void>;
  /**
   * Resolves once everything written here with `durable: 'later'` is as safe as any other object. Missing where an object is
   * safe as soon as a write resolves. Where a store is `local`, files of the same disk that are to be put are safe then too: so
   * that none of them can be damaged under its key, it is called before they are put as well.
   */
  settle?(): Promise<void>;
  /** Copies within the store. @throws STORAGE_NOT_FOUND, and like `write` */
  copy(from: string, to: string, options?: WriteOptions): Promise<ObjectStat>;
  /** The file behind a key, whether or not it exists. Present iff `local`. @throws STORAGE_KEY for a key that would leave the root */
  localPath?(key: string): string;
  /**
   * The URL under which other programs know a key, `gs://bucket/key`; equal for everybody who means the same object. Never holds
   * a secret. Stores that programs cannot reach otherwise have none. @throws STORAGE_KEY
   */
  url?(key: string): string;
  /**
   * Path under which jobs find an object or folder, where somebody has mounted the store for them; `undefined` where nobody has.
   * @throws STORAGE_KEY
   */
  mountPath?(key: string): string | undefined;
  diagnose?(options?: CallOptions): Promise<readonly Finding[]>;
}
