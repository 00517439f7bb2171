import type { CellValue } from './report-types.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

function readValue(text: string): CellValue {
  if (NUMBER.test(text)) return Number(text);
  if (text === 'true' || text === 'false') return text === 'true';
  return text;
}

/** The parameters that a label tells, `speed=2.0,name=x`: for tasks of which nothing better is kept. */
export function labelParameters(label: string): Readonly<Record<string, CellValue>> {
  const found: Record<string, CellValue> = Object.create(null);
  for (const part of label.split(',')) {
    const at = part.indexOf('=');
    if (at <= 0) return {};
    found[part.slice(0, at)] = readValue(part.slice(at + 1));
  }
  return found;
}
