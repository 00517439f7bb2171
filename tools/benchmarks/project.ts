import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Measured, measureGood, ORCHESTRATE, WORK } from './measure.ts';

let made = 0;

/** Makes a new folder for a benchmark and writes files into it. */
export function project(name: string, files: Readonly<Record<string, string>>): string {
  made += 1;
  const folder = join(WORK, `${process.pid}-${made}-${name}`);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

/** Runs the built command line in a project's folder and measures it. */
export function orchestrate(folder: string, ...words: readonly string[]): Promise<Measured> {
  return measureGood([process.execPath, ORCHESTRATE, ...words], { cwd: folder });
}

/** The last line of JSON that a command printed. */
export function lastJson(measured: Measured): Record<string, unknown> {
  const line = measured.stdout.trim().split('\n').at(-1) ?? '';
  return JSON.parse(line) as Record<string, unknown>;
}
