import { hash } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import type { TaskSet } from '@orchestrate/core';

/** Key under which the labels of a set are kept: sets that are equal share them, so a second run writes none. */
function labelsKey(set: { name: string; digest: string; size: number }): string {
  return hash('sha256', `${set.name}\n${set.digest}\n${set.size}`, 'hex').slice(0, 32);
}

/** All labels of a set as one text, a line each. Line breaks, which no label should have, become blanks. */
function packLabels(set: TaskSet): string {
  if (set.size === 1 && set.label(0) === '') return '';
  const labels: string[] = [];
  let numbers = true;
  for (let index = 0; index < set.size; index += 1) {
    const label = set.label(index);
    if (numbers && label !== `${index}`) numbers = false;
    labels.push(label.includes('\n') ? label.replaceAll('\n', ' ') : label);
  }
  return numbers && set.size > 1 ? '#' : labels.join('\n');
}

/** Writes the labels of a set unless they are there. Call inside a transaction. */
export function saveLabels(db: DatabaseSync, set: TaskSet, redact: (text: string) => string): void {
  const key = labelsKey(set);
  if (db.prepare('SELECT 1 FROM labels WHERE digest=?').get(key) !== undefined) return;
  db.prepare('INSERT INTO labels(digest, body) VALUES(?,?)').run(key, redact(packLabels(set)));
}

/** Reads the labels of a set: index -> label. */
export function loadLabels(
  db: DatabaseSync,
  set: { name: string; digest: string; size: number },
): (index: number) => string {
  const row = db.prepare('SELECT body FROM labels WHERE digest=?').get(labelsKey(set));
  const body = row === undefined ? '#' : String(row['body']);
  if (body === '#') return (index) => `${index}`;
  if (set.size === 1) return () => body;
  const lines = body.split('\n');
  return (index) => lines[index] ?? `${index}`;
}
