import { join } from 'node:path';

/** Name of the folder beside the project file. */
export const STATE_FOLDER = '.orchestrate';

/** Path of the journal of a project. */
export function journalPath(projectDirectory: string): string {
  return join(projectDirectory, STATE_FOLDER, 'journal.db');
}
