import { PortError } from '@orchestrate/object-store';

/** A blob as a listing has it. */
interface ListedBlob {
  readonly name: string;
  readonly contentLength: number;
  readonly etag: string;
  readonly lastModified: Date;
  readonly metadata: Readonly<Record<string, string>>;
}

/** One page of a listing. */
export interface ListedText {
  readonly blobs: readonly ListedBlob[];
  readonly prefixes: readonly string[];
  /** Empty on the last page. */
  readonly next: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

function decoded(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(String(hex), 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[String(name)] ?? whole;
  });
}

/** What stands between the first `<tag>` of a text and its end. */
function between(text: string, tag: string): string | undefined {
  const begin = text.indexOf(`<${tag}>`);
  if (begin < 0) return undefined;
  const start = begin + tag.length + 2;
  return text.slice(start, text.indexOf(`</${tag}>`, start));
}

/** Names that XML cannot hold are percent-encoded, and say so ("List Blobs" of the documentation, version 2021-02-12). */
function nameIn(entry: string): string {
  const plain = between(entry, 'Name');
  if (plain !== undefined) return decoded(plain);
  const encoded = /<Name Encoded="(true|false)">([^<]*)<\/Name>/.exec(entry);
  if (encoded === null) throw new PortError('broken', 'the listing has an entry without a name');
  const name = decoded(encoded[2] ?? '');
  return encoded[1] === 'true' ? decodeURIComponent(name) : name;
}

function metadataIn(entry: string): Record<string, string> {
  const block = between(entry, 'Metadata');
  if (block === undefined) return {};
  const metadata: Record<string, string> = {};
  for (const [, name = '', value = ''] of block.matchAll(/<([^\s<>/]+)>([^<]*)<\/\1>/g))
    metadata[name] = decoded(value);
  return metadata;
}

function blobIn(entry: string): ListedBlob {
  const length = Number(between(entry, 'Content-Length') ?? Number.NaN);
  const etag = between(entry, 'Etag');
  if (!Number.isSafeInteger(length) || etag === undefined)
    throw new PortError('broken', 'the answer does not describe an object');
  return {
    name: nameIn(entry),
    contentLength: length,
    etag: decoded(etag),
    lastModified: new Date(between(entry, 'Last-Modified') ?? 0),
    metadata: metadataIn(entry),
  };
}

/**
 * Reads a page of "List Blobs", once from its beginning to its end. The vendor's library makes an object of every element first,
 * which takes longer than the service needs to answer.
 * @throws PortError `broken` for a page that is cut
 */
export function readListing(text: string): ListedText {
  const end = text.lastIndexOf('</EnumerationResults>');
  if (end < 0) throw new PortError('broken', 'the answer is not whole');
  const blobs: ListedBlob[] = [];
  const prefixes: string[] = [];
  let at = text.indexOf('<Blobs>') + 1;
  while (at > 0) {
    const begin = text.indexOf('<Blob', at);
    if (begin < 0) break;
    const isBlob = text.startsWith('<Blob>', begin);
    const close = text.indexOf(isBlob ? '</Blob>' : '</BlobPrefix>', begin);
    if (close < 0) throw new PortError('broken', 'the answer is not whole');
    const entry = text.slice(begin, close);
    if (isBlob) blobs.push(blobIn(entry));
    else prefixes.push(nameIn(entry));
    at = close;
  }
  const next = between(text.slice(Math.max(0, text.lastIndexOf('</Blobs>')), end), 'NextMarker');
  return { blobs, prefixes, next: decoded(next ?? '') };
}
