import type { OutputTally } from './output-tally.ts';
import type { ParameterValues } from './parameter-tally.ts';
import type { RunFacts } from './run-facts.ts';

/** A reference to another entity. */
export interface Reference {
  readonly '@id': string;
}

/** One object of the `@graph` of RO-Crate metadata. */
export interface Entity extends Reference {
  readonly '@type': string | readonly string[];
  readonly [property: string]: unknown;
}

/** A file of the record as it was published. */
export interface PublishedFile {
  /** Below the folder of the record. */
  readonly name: string;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
}

/** What the metadata describe. */
export interface CrateParts {
  readonly facts: RunFacts;
  /** Files of the record that were published before the metadata. */
  readonly files: readonly PublishedFile[];
  readonly outputs: OutputTally;
  readonly parameters: readonly ParameterValues[];
  /** A URL or an SPDX name. */
  readonly license?: string;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
}

/** Points to an entity. */
export function referTo({ '@id': id }: Reference): Reference {
  return { '@id': id };
}

/** References as JSON-LD likes them: one by itself, several as a list, none not at all. */
export function referToAll(
  entities: readonly Reference[],
): Reference | readonly Reference[] | undefined {
  const [first, second] = entities;
  if (first === undefined) return undefined;
  return second === undefined ? referTo(first) : entities.map(referTo);
}
