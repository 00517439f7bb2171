/** A small file, or a folder when it has no text, of a batch; its name is relative, without `..`, below 100 bytes. */
export interface ClusterFile {
  readonly name: string;
  readonly text?: string;
}

const BLOCK = 512;

function header(name: string, bytes: number, isFolder: boolean): Buffer {
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, 'utf8');
  block.write(isFolder ? '0000700\0' : '0000600\0', 100, 'latin1');
  block.write('0000000\0'.repeat(2), 108, 'latin1');
  block.write(`${bytes.toString(8).padStart(11, '0')}\0`, 124, 'latin1');
  block.write('00000000000\0', 136, 'latin1');
  block.write(' '.repeat(8), 148, 'latin1');
  block.write(isFolder ? '5' : '0', 156, 'latin1');
  block.write('ustar\x0000', 257, 'latin1');
  let sum = 0;
  for (const byte of block) sum += byte;
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return block;
}

/**
 * Files as one archive (POSIX.1-1988 ustar), for `tar -x`. Only the user can read them: their texts may hold secrets.
 * @throws RangeError for a name that does not fit
 */
export function packFiles(files: readonly ClusterFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const { name, text } of files) {
    if (Buffer.byteLength(name) >= 100) throw new RangeError(`name too long: ${name}`);
    if (text === undefined) {
      parts.push(header(`${name}/`, 0, true));
      continue;
    }
    const content = Buffer.from(text);
    parts.push(header(name, content.length, false), content);
    const rest = content.length % BLOCK;
    if (rest > 0) parts.push(Buffer.alloc(BLOCK - rest));
  }
  parts.push(Buffer.alloc(2 * BLOCK));
  return Buffer.concat(parts);
}
