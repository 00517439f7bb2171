import { padding, TAR_END, tarHeader } from '@orchestrate/ssh';

/** A small file, or a folder when it has no text, of a batch; its name is relative, without `..`, below 100 bytes. */
export interface ClusterFile {
  readonly name: string;
  readonly text?: string;
}

/**
 * Files as one archive (POSIX.1-1988 ustar), for `tar -x`. Only the user can read them: their texts may hold secrets.
 * @throws RangeError for a name that does not fit
 */
export function packFiles(files: readonly ClusterFile[]): Buffer {
  const parts: Buffer[] = [];
  for (const { name, text } of files) {
    if (Buffer.byteLength(name) >= 100) throw new RangeError(`name too long: ${name}`);
    const content = Buffer.from(text ?? '');
    const kind =
      text === undefined
        ? ({ type: 'directory', mode: 0o700 } as const)
        : ({ type: 'file', mode: 0o600 } as const);
    const header = tarHeader({ path: name, ...kind, mtime: 0, size: content.length });
    parts.push(header, content, padding(content.length));
  }
  parts.push(TAR_END);
  return Buffer.concat(parts);
}
