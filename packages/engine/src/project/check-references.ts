import { isFlowError } from '@orchestrate/core';
import type { ProblemList } from './problem-list.ts';
import type { ProjectReferences } from './project-references.ts';
import type { Scan } from './scan.ts';

/**
 * Reports references that cannot be understood or have no value. In a storage or backend that no flow names, that is only
 * a warning: the project works without it. Secrets that are found are known for redaction from here on.
 */
export function checkReferences(
  scan: Scan,
  references: ProjectReferences,
  defaultBackend: string,
  problems: ProblemList,
): void {
  for (const { node, path, references: found } of scan.texts) {
    const unused =
      (path[0] === 'storage' || path[0] === 'backends') &&
      path[1] !== defaultBackend &&
      !scan.mentioned.has(String(path[1]));
    for (const reference of found) {
      const complaint = complaintOf(reference, references);
      if (complaint === undefined) continue;
      const [message, hint] = complaint;
      if (unused) problems.warning(node.at, path, message, hint);
      else problems.error(node.at, path, message, hint);
    }
  }
}

function complaintOf(
  reference: Scan['texts'][number]['references'][number],
  references: ProjectReferences,
): readonly [message: string, hint: string | undefined] | undefined {
  if ('complaint' in reference) {
    return [
      `\`${reference.text.slice(0, 60)}\` is no reference: ${reference.complaint}`,
      undefined,
    ];
  }
  try {
    references.valueOf(reference);
    return undefined;
  } catch (error) {
    if (!isFlowError(error)) throw error;
    return [error.message, cureOf(reference.kind, reference.name, error.code)];
  }
}

function cureOf(kind: 'env' | 'secret', name: string, code: string): string | undefined {
  if (code !== 'REFERENCE_UNRESOLVED') return undefined;
  return kind === 'env'
    ? `set it, or give a fallback: \${env:${name}:-...}`
    : `set ORCHESTRATE_SECRET_${name}, or write it to a file only you can read`;
}
