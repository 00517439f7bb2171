/** One thing in an archive. */
export interface TarEntry {
  /** Relative, with `/` between its parts and none at the end. */
  readonly path: string;
  readonly type: 'file' | 'directory' | 'link';
  /** Permission bits, such as 0o755. */
  readonly mode: number;
  /** Whole seconds since 1970. */
  readonly mtime: number;
  /** Bytes of a file. */
  readonly size: number;
  /** Where a symbolic link points, as it is written. */
  readonly target?: string;
}

/** Everything in an archive comes in blocks of so many bytes. */
export const BLOCK = 512;

/** Places of the fields in a header block (POSIX.1-2017, pax, "ustar Interchange Format"). */
const NAME_BYTES = 100;
const PREFIX = { at: 345, bytes: 155 };
const FLAGS = { file: '0', link: '2', directory: '5' } as const;
const LARGEST_SIZE = 8 ** 11;
const LATEST_TIME = 8 ** 11;

function octal(block: Buffer, value: number, at: number, digits: number): void {
  block.write(value.toString(8).padStart(digits, '0'), at, 'latin1');
}

function headerBlock(fields: {
  readonly name: Buffer;
  readonly prefix: Buffer;
  readonly target: Buffer;
  readonly flag: string;
  readonly mode: number;
  readonly mtime: number;
  readonly size: number;
}): Buffer {
  const block = Buffer.alloc(BLOCK);
  fields.name.copy(block, 0);
  octal(block, fields.mode & 0o7777, 100, 7);
  // Who owns the files is decided by the user who unpacks them.
  octal(block, 0, 108, 7);
  octal(block, 0, 116, 7);
  octal(block, fields.size, 124, 11);
  octal(block, fields.mtime, 136, 11);
  block.fill(32, 148, 156);
  block.write(fields.flag, 156, 'latin1');
  fields.target.copy(block, 157);
  block.write('ustar\u000000', 257, 'latin1');
  fields.prefix.copy(block, PREFIX.at);
  let sum = 0;
  for (const byte of block) sum += byte;
  octal(block, sum, 148, 6);
  block[154] = 0;
  return block;
}

/** Zeros up to the next whole block. */
export function padding(bytes: number): Buffer {
  return Buffer.alloc((BLOCK - (bytes % BLOCK)) % BLOCK);
}

/** `LENGTH key=value\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = Buffer.byteLength(` ${key}=${value}\n`);
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

/** The two fields of a name, cut at a slash, or nothing when it does not fit. */
function split(name: Buffer): { readonly name: Buffer; readonly prefix: Buffer } | undefined {
  const none = Buffer.alloc(0);
  if (name.length <= NAME_BYTES) return { name, prefix: none };
  if (name.length > NAME_BYTES + 1 + PREFIX.bytes) return undefined;
  const at = name.indexOf(47, name.length - NAME_BYTES - 1);
  if (at < 1 || at > PREFIX.bytes || at === name.length - 1) return undefined;
  return { name: name.subarray(at + 1), prefix: name.subarray(0, at) };
}

/** What stands in an archive before the bytes of an entry. What fits into no field stands in a pax header before. */
export function tarHeader(entry: TarEntry): Buffer {
  const isDirectory = entry.type === 'directory';
  const path = Buffer.from(isDirectory ? `${entry.path}/` : entry.path);
  const target = Buffer.from(entry.target ?? '');
  const size = entry.type === 'file' ? entry.size : 0;
  const mtime = Math.max(0, Math.floor(entry.mtime));
  const parts = split(path);
  const records = [
    ...(parts === undefined ? [paxRecord('path', path.toString())] : []),
    ...(target.length > NAME_BYTES ? [paxRecord('linkpath', target.toString())] : []),
    ...(size >= LARGEST_SIZE ? [paxRecord('size', String(size))] : []),
    ...(mtime >= LATEST_TIME ? [paxRecord('mtime', String(mtime))] : []),
  ];
  const block = headerBlock({
    name: parts?.name ?? path.subarray(0, NAME_BYTES),
    prefix: parts?.prefix ?? Buffer.alloc(0),
    target: target.subarray(0, NAME_BYTES),
    flag: FLAGS[entry.type],
    mode: entry.mode,
    mtime: mtime >= LATEST_TIME ? 0 : mtime,
    size: size >= LARGEST_SIZE ? 0 : size,
  });
  if (records.length === 0) return block;
  const body = Buffer.from(records.join(''));
  const extended = headerBlock({
    name: Buffer.from('pax'),
    prefix: Buffer.alloc(0),
    target: Buffer.alloc(0),
    flag: 'x',
    mode: 0o644,
    mtime: 0,
    size: body.length,
  });
  return Buffer.concat([extended, body, padding(body.length), block]);
}

/** What stands at the end of an archive. */
export const TAR_END: Buffer = Buffer.alloc(2 * BLOCK);
