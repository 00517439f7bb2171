import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder of a test, removed when it is over. */
export function newPlace(): string {
  const place = mkdtempSync(join(tmpdir(), 'local-'));
  onTestFinished(() =>
    rmSync(place, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 }),
  );
  return place;
}

/** Lines of a file, none when it is not there. */
export function linesOf(path: string): string[] {
  try {
    return readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => line !== '');
  } catch {
    return [];
  }
}
