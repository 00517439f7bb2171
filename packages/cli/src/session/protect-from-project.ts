import { isFlowError } from '@orchestrate/core';
import type { CommandContext } from '../command-context.ts';
import { openProject } from './open-project.ts';

/**
 * Learns the secrets of the project, so that they stay out of what is shown, for commands that work without a valid project:
 * one that is broken has nothing to tell, and its logs were redacted when they were written.
 */
export async function protectFromProject(
  context: CommandContext,
): Promise<(pieces: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>> {
  try {
    const { references } = await openProject(context);
    return (pieces) => references.redactStream(pieces);
  } catch (error) {
    if (!isFlowError(error)) throw error;
    return (pieces) => pieces;
  }
}
