import type { Problem } from './loaded-project.ts';
import { pathText } from './path-text.ts';
import type { Spot } from './source.ts';
import type { Path } from './tree.ts';

/** More than anybody reads; a hostile file could have millions. */
const KEPT = 500;

/** What is wrong at a place, in the words of {@link Problem}. */
export interface Complaint {
  readonly message: string;
  readonly hint?: string | undefined;
}

/** The located form of a complaint. */
export function problemAt(
  severity: Problem['severity'],
  spot: Spot,
  path: Path,
  complaint: Complaint,
): Problem {
  const excerpt = spot.source.excerpt(spot.offset);
  return {
    severity,
    file: spot.source.name,
    ...spot.source.position(spot.offset),
    path: pathText(path),
    message: oneLine(complaint.message),
    ...(complaint.hint === undefined ? {} : { hint: oneLine(complaint.hint) }),
    ...(excerpt === undefined ? {} : { excerpt }),
  };
}

// Texts of the file are quoted in messages; nothing of it may steer a terminal or break the line.
function oneLine(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > 600 ? `${line.slice(0, 597)}...` : line;
}

/** Collects problems from all stages of loading; answers them sorted by place. */
export class ProblemList {
  readonly #kept: Problem[] = [];
  readonly #seen = new Set<string>();
  readonly #order = new Map<string, number>();
  #errors = 0;

  /** Number of errors, those that were too many to keep included. */
  get errors(): number {
    return this.#errors;
  }

  error(spot: Spot, path: Path, message: string, hint?: string): void {
    this.#errors += 1;
    this.#add('error', spot, path, { message, hint });
  }

  warning(spot: Spot, path: Path, message: string, hint?: string): void {
    this.#add('warning', spot, path, { message, hint });
  }

  /** Files in the order in which they were read, then by line and column; each problem once. */
  sorted(): readonly Problem[] {
    const rank = (file: string) => this.#order.get(file) ?? 0;
    return [...this.#kept].sort(
      (a, b) => rank(a.file) - rank(b.file) || a.line - b.line || a.column - b.column,
    );
  }

  #add(severity: Problem['severity'], spot: Spot, path: Path, complaint: Complaint): void {
    if (this.#kept.length >= KEPT) return;
    const problem = problemAt(severity, spot, path, complaint);
    const identity = `${problem.file}:${problem.line}:${problem.column}:${problem.path}:${problem.message}`;
    if (this.#seen.has(identity)) return;
    this.#seen.add(identity);
    if (!this.#order.has(problem.file)) this.#order.set(problem.file, this.#order.size);
    this.#kept.push(problem);
  }
}
