/** What one element of an array is, as far as its bytes can be told apart without knowing what they mean. */
export interface DataType {
  readonly kind: 'float' | 'int' | 'uint' | 'bool' | 'complex' | 'time' | 'text' | 'raw';
  /** Bytes of one element. */
  readonly bytes: number;
  readonly littleEndian: boolean;
}

const KINDS: Readonly<Record<string, DataType['kind']>> = {
  f: 'float',
  i: 'int',
  u: 'uint',
  b: 'bool',
  c: 'complex',
  M: 'time',
  m: 'time',
  S: 'text',
  U: 'text',
  V: 'raw',
};

/** Bytes of one code point of a `U` text. */
const UCS4 = 4;

/** A data type of version 2, `<f4` (Zarr storage specification 2, "Data type encoding"); `undefined` for one of no fixed size. */
export function dataTypeV2(text: unknown): DataType | undefined {
  const match =
    typeof text === 'string' ? /^([<>|])([a-zA-Z])(\d+)(\[[^\]]*\])?$/.exec(text) : null;
  const kind = KINDS[match?.[2] ?? ''];
  if (match === null || kind === undefined) return undefined;
  const count = Number(match[3]);
  return {
    kind,
    bytes: match[2] === 'U' ? count * UCS4 : count,
    littleEndian: match[1] !== '>',
  };
}

/** A data type of version 3, `float32` (Zarr core specification 3, "Data types"); `undefined` for one of no fixed size. */
export function dataTypeV3(text: unknown, littleEndian: boolean): DataType | undefined {
  if (typeof text !== 'string') return undefined;
  if (text === 'bool') return { kind: 'bool', bytes: 1, littleEndian };
  const match = /^(float|int|uint|complex|r)(\d+)$/.exec(text);
  if (match === null) return undefined;
  const kind = match[1] === 'r' ? 'raw' : (match[1] as DataType['kind']);
  return { kind, bytes: Number(match[2]) / 8, littleEndian };
}

function writeFloat(
  view: DataView,
  at: number,
  bytes: number,
  value: number,
  little: boolean,
): boolean {
  if (bytes === 8) view.setFloat64(at, value, little);
  else if (bytes === 4) view.setFloat32(at, value, little);
  else if (bytes === 2) view.setFloat16(at, value, little);
  else return false;
  return true;
}

const NAMED_NUMBERS: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
};

/** The bytes of a fill value; `undefined` where there is none, or none that is understood. */
export function fillBytes(type: DataType, fill: unknown): Uint8Array | undefined {
  const content = new Uint8Array(type.bytes);
  const view = new DataView(content.buffer);
  if (fill === 0 || fill === false) return content;
  if (type.kind === 'float') {
    const value = typeof fill === 'string' ? NAMED_NUMBERS[fill] : fill;
    const isKnown = typeof value === 'number';
    return isKnown && writeFloat(view, 0, type.bytes, value, type.littleEndian)
      ? content
      : undefined;
  }
  if (type.kind === 'bool') return fill === true ? content.fill(1) : undefined;
  if (type.kind === 'int' || type.kind === 'uint' || type.kind === 'time')
    return writeInteger(content, fill, type.littleEndian) ? content : undefined;
  return undefined;
}

function writeInteger(content: Uint8Array, value: unknown, little: boolean): boolean {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
  let rest = BigInt(value);
  for (let at = 0; at < content.length; at += 1) {
    content[little ? at : content.length - 1 - at] = Number(rest & 0xffn);
    rest >>= 8n;
  }
  return true;
}

/** Whether the bytes of one element are a number that is none. */
export function isNotANumber(
  { kind, bytes, littleEndian }: DataType,
  element: Uint8Array,
): boolean {
  if (kind !== 'float' && kind !== 'complex') return false;
  const view = new DataView(element.buffer, element.byteOffset, element.byteLength);
  const width = kind === 'complex' ? bytes / 2 : bytes;
  if (width === 8) return Number.isNaN(view.getFloat64(0, littleEndian));
  if (width === 4) return Number.isNaN(view.getFloat32(0, littleEndian));
  return width === 2 && Number.isNaN(view.getFloat16(0, littleEndian));
}
