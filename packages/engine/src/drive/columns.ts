import type { OutputRecord } from '../events/fact.ts';

/** An input as it was when its task ran. */
export interface InputRecord {
  readonly address: string;
  readonly bytes: number;
  readonly generation: string;
}

// A column is one text: a line per task, fields of its records separated by tabs. Addresses and names hold no control
// characters, so nothing needs quoting, and a hundred thousand lines are read in some ten milliseconds.

/** Outputs of tasks as one text; a task without any is an empty line. */
export function packOutputs(outputs: readonly (readonly OutputRecord[] | undefined)[]): string {
  const lines: string[] = [];
  for (const records of outputs) {
    let line = '';
    for (const { name, address, bytes, generation } of records ?? []) {
      line += `${line === '' ? '' : '\t'}${name}\t${address}\t${bytes}\t${generation}`;
    }
    lines.push(line);
  }
  return lines.join('\n');
}

/** The inverse of {@link packOutputs} for one line. */
export function unpackOutputs(line: string | undefined): OutputRecord[] {
  if (line === undefined || line === '') return [];
  const fields = line.split('\t');
  const records: OutputRecord[] = [];
  for (let at = 0; at + 3 < fields.length; at += 4) {
    records.push({
      name: fields[at] ?? '',
      address: fields[at + 1] ?? '',
      bytes: Number(fields[at + 2]),
      generation: fields[at + 3] ?? '',
    });
  }
  return records;
}

/** Inputs of tasks as one text; `?` stands for a task whose inputs were not recorded. */
export function packInputs(inputs: readonly (readonly InputRecord[] | undefined)[]): string {
  const lines: string[] = [];
  for (const records of inputs) {
    let line = '';
    for (const { address, bytes, generation } of records ?? []) {
      line += `${line === '' ? '' : '\t'}${address}\t${bytes}\t${generation}`;
    }
    lines.push(records === undefined ? '?' : line);
  }
  return lines.join('\n');
}

/** The inverse of {@link packInputs} for one line; `undefined` when the inputs were not recorded. */
export function unpackInputs(line: string | undefined): InputRecord[] | undefined {
  if (line === undefined || line === '?') return undefined;
  if (line === '') return [];
  const fields = line.split('\t');
  const records: InputRecord[] = [];
  for (let at = 0; at + 2 < fields.length; at += 3) {
    records.push({
      address: fields[at] ?? '',
      bytes: Number(fields[at + 1]),
      generation: fields[at + 2] ?? '',
    });
  }
  return records;
}
