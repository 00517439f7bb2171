import { sshError } from '../errors.ts';
import { ByteQueue } from './byte-queue.ts';
import { BLOCK, type TarEntry } from './tar-header.ts';

/** An entry of an archive that is being read. */
export interface ReadEntry extends Omit<TarEntry, 'type'> {
  /** `hard-link`: the same file as the entry before whose path is `target`. */
  readonly type: TarEntry['type'] | 'hard-link' | 'other';
  /** Its bytes. What is not taken before the next entry is asked for is skipped. */
  body(): AsyncIterable<Buffer>;
}

const TYPES: Readonly<Record<string, ReadEntry['type']>> = {
  '\0': 'file',
  '0': 'file',
  '7': 'file',
  '1': 'hard-link',
  '2': 'link',
  '5': 'directory',
};
/** Longest name or extended header: what is longer is not an archive of files. */
const LONGEST_TEXT = 2 ** 20;

function broken(what: string): Error {
  return sshError('SSH_ARCHIVE', `the archive from the host cannot be read: ${what}`);
}

function textAt(block: Buffer, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end < 0 ? length : end).toString();
}

/** Octal digits, or, with the highest bit set, a number as it is (GNU). */
function numberAt(block: Buffer, at: number, length: number): number {
  const field = block.subarray(at, at + length);
  if (((field[0] ?? 0) & 0x80) === 0) {
    const digits = field.toString('latin1').replace(/[\0 ]+/g, '');
    return digits === '' ? 0 : Number.parseInt(digits, 8);
  }
  let value = (field[0] ?? 0) & 0x7f;
  for (const byte of field.subarray(1)) value = value * 256 + byte;
  return value;
}

function hasGoodSum(block: Buffer): boolean {
  let sum = 8 * 32;
  for (let at = 0; at < BLOCK; at += 1) if (at < 148 || at >= 156) sum += block[at] ?? 0;
  return sum === numberAt(block, 148, 8);
}

function paxFields(body: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  for (let at = 0; at < body.length; ) {
    const space = body.indexOf(32, at);
    const length = space < 0 ? 0 : Number(body.subarray(at, space).toString('latin1'));
    if (!(length > 0) || at + length > body.length) throw broken('a damaged extended header');
    const record = body.subarray(space + 1, at + length - 1).toString();
    const equals = record.indexOf('=');
    fields.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return fields;
}

/** Headers that say something of the entry that follows: pax, and those of GNU tar for long names. */
class Extensions {
  readonly #all = new Map<string, string>();
  #next = new Map<string, string>();

  async take(flag: string, size: number, queue: ByteQueue): Promise<boolean> {
    if (!'xgLK'.includes(flag)) return false;
    if (size > LONGEST_TEXT) throw broken('an extended header that is too long');
    const body = await queue.take(size);
    await queue.take((BLOCK - (size % BLOCK)) % BLOCK);
    const name = () => body.toString().replace(/\0+$/, '');
    if (flag === 'L') this.#next.set('path', name());
    else if (flag === 'K') this.#next.set('linkpath', name());
    else {
      for (const [key, value] of paxFields(body)) {
        (flag === 'g' ? this.#all : this.#next).set(key, value);
      }
    }
    return true;
  }

  /** Fields for one entry; they are used up. */
  use(): ReadonlyMap<string, string> {
    const fields = new Map([...this.#all, ...this.#next]);
    this.#next = new Map();
    return fields;
  }
}

/** The name of an entry: in two fields, unless an extension gives it. */
function pathOf(block: Buffer, fields: ReadonlyMap<string, string>): string {
  const given = fields.get('path');
  if (given !== undefined) return given;
  // GNU tar ends its magic with a space and keeps other things in the place of the prefix.
  const isUstar = textAt(block, 257, 6) === 'ustar' && block[263] === 48;
  const prefix = isUstar ? textAt(block, 345, 155) : '';
  const name = textAt(block, 0, 100);
  return prefix === '' ? name : `${prefix}/${name}`;
}

/** What kind of thing an entry is; before POSIX a slash at the end made a folder. */
function typeOf(block: Buffer, path: string): ReadEntry['type'] {
  const type = TYPES[String.fromCharCode(block[156] ?? 0)] ?? 'other';
  return type === 'file' && path.endsWith('/') ? 'directory' : type;
}

function entryFrom(
  block: Buffer,
  fields: ReadonlyMap<string, string>,
): Omit<ReadEntry, 'body'> & { readonly stored: number } {
  const path = pathOf(block, fields);
  const type = typeOf(block, path);
  const size = Number(fields.get('size') ?? numberAt(block, 124, 12));
  if (!Number.isSafeInteger(size) || size < 0) throw broken('an impossible size');
  const target = fields.get('linkpath') ?? textAt(block, 157, 100);
  return {
    path: path.replace(/\/+$/, ''),
    type,
    mode: numberAt(block, 100, 8) & 0o7777,
    mtime: Math.floor(Number(fields.get('mtime') ?? numberAt(block, 136, 12))),
    size: type === 'file' ? size : 0,
    ...(type === 'link' || type === 'hard-link' ? { target } : {}),
    stored: type === 'file' || type === 'other' ? size : 0,
  };
}

/**
 * The entries of an archive as POSIX, GNU and BSD tar write them, in order.
 * @throws SSH_ARCHIVE when it is damaged or cut off
 */
export async function* readTar(source: AsyncIterable<Buffer>): AsyncGenerator<ReadEntry> {
  const queue = new ByteQueue(source, () => broken('it ends too early'));
  const extensions = new Extensions();
  for (;;) {
    const block = await queue.take(BLOCK);
    if (block[0] === 0 && block.every((byte) => byte === 0)) break;
    if (!hasGoodSum(block)) throw broken('a damaged header');
    const flag = String.fromCharCode(block[156] ?? 0);
    if (await extensions.take(flag, numberAt(block, 124, 12), queue)) continue;
    const { stored, ...entry } = entryFrom(block, extensions.use());
    const body = queue.body(stored);
    yield { ...entry, body: () => body };
    for await (const _rest of body);
    await queue.take((BLOCK - (stored % BLOCK)) % BLOCK);
  }
  await queue.drain();
}
