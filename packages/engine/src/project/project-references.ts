import { projectError } from '../errors.ts';
import { Redactor } from './redaction.ts';
import { findReferences, type Reference, replaceReferences } from './reference-syntax.ts';
import type { References } from './references.ts';
import { readSecretFile, SECRETS_FOLDER } from './secret-file.ts';

/** Values of the environment, handed in; only the command line reads the real one. */
export type Environment = Readonly<Record<string, string | undefined>>;

const PREFIX = 'ORCHESTRATE_SECRET_';
/** Anything shorter would be found, and blanked, all over innocent text. */
const SHORTEST_SECRET = 4;

/** References of one project: variables from the environment handed in, secrets from there or from the project's secret files. */
export class ProjectReferences implements References {
  readonly #directory: string;
  readonly #environment: Environment;
  readonly #redactor = new Redactor();
  readonly #secrets = new Map<string, string>();

  constructor(directory: string, environment: Environment) {
    this.#directory = directory;
    this.#environment = environment;
  }

  get secretValues(): readonly string[] {
    return this.#redactor.secrets;
  }

  resolve(text: string): string {
    return replaceReferences(text, (reference) => this.valueOf(reference));
  }

  resolveDeep<T>(value: T): T {
    return this.#deep(value) as T;
  }

  hasSecret(text: string): boolean {
    return findReferences(text).some(
      (reference) => 'kind' in reference && reference.kind === 'secret',
    );
  }

  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  redactStream(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    return this.#redactor.redactStream(pieces);
  }

  /** The value of one reference. @throws REFERENCE_UNRESOLVED, SECRET_UNUSABLE */
  valueOf({ kind, name, fallback }: Reference): string {
    if (kind === 'secret') return this.#secret(name);
    const value = this.#variable(name);
    // As in a shell, `:-` also stands in for an empty value.
    if (fallback !== undefined) return value === undefined || value === '' ? fallback : value;
    if (value !== undefined) return value;
    throw projectError('REFERENCE_UNRESOLVED', `the environment variable ${name} is not set`, {
      details: { reference: `env:${name}` },
    });
  }

  #variable(name: string): string | undefined {
    return Object.hasOwn(this.#environment, name) ? this.#environment[name] : undefined;
  }

  #secret(name: string): string {
    const known = this.#secrets.get(name);
    if (known !== undefined) return known;
    const value = this.#variable(PREFIX + name) ?? readSecretFile(this.#directory, name);
    if (value === undefined) {
      const where = `neither ${PREFIX}${name} nor ${SECRETS_FOLDER}/${name} is there`;
      throw projectError('REFERENCE_UNRESOLVED', `the secret ${name} is not set: ${where}`, {
        details: { reference: `secret:${name}` },
      });
    }
    if (value.trim().length < SHORTEST_SECRET) {
      const message = `the secret ${name} has fewer than ${SHORTEST_SECRET} characters, so it cannot be kept out of logs`;
      throw projectError('SECRET_UNUSABLE', message, { details: { secret: name } });
    }
    this.#secrets.set(name, value);
    this.#redactor.learn(value);
    return value;
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.resolve(value);
    if (Array.isArray(value)) return this.#list(value);
    if (!isPlain(value)) return value;
    let changed: Record<string, unknown> | undefined;
    for (const [key, inner] of Object.entries(value)) {
      const resolved = this.#deep(inner);
      if (resolved === inner) continue;
      changed ??= { ...value };
      changed[key] = resolved;
    }
    return changed ?? value;
  }

  #list(list: readonly unknown[]): readonly unknown[] {
    const resolved = list.map((item) => this.#deep(item));
    return resolved.every((item, index) => item === list[index]) ? list : resolved;
  }
}

/** Objects of classes (dates, patterns, what a plugin's schema makes) are left alone. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
