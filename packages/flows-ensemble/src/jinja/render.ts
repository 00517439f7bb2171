import { escapeHtml, PyMarkup } from '../python/markup.ts';
import { PyException } from '../python/py-exception.ts';
import { str } from '../python/text.ts';
import { PyUndefined } from '../python/undefined.ts';
import type { PyValue } from '../python/value.ts';

/** Most rounds that all loops of one rendering may make together. */
const MAX_ROUNDS = 100_000_000;

/** Deepest nesting of macros, blocks and recursive loops; Python gives up at about the same one. */
const MAX_DEPTH = 300;

/** One rendering of a template: where it is, and the limits on it. */
export class Render {
  /** Line of the statement that runs, for errors. */
  line = 1;
  autoescape = false;
  readonly #strict: boolean;
  #rounds = 0;
  #depth = 0;

  constructor(strict: boolean) {
    this.#strict = strict;
  }

  undefined(message: string): PyUndefined {
    return new PyUndefined(message, this.#strict);
  }

  /** `str(value)`, escaped where that is switched on. */
  shown(value: PyValue): string {
    const text = str(value);
    return this.autoescape && !(value instanceof PyMarkup) ? escapeHtml(text) : text;
  }

  /** Text that the template made itself: marked as safe where escaping is switched on. */
  made(text: string): PyValue {
    return this.autoescape ? new PyMarkup(text) : text;
  }

  countRound(): void {
    this.#rounds += 1;
    if (this.#rounds > MAX_ROUNDS)
      throw new PyException('LimitExceeded', `loops make more than ${MAX_ROUNDS} rounds`);
  }

  nested<T>(body: () => T): T {
    this.enter();
    const result = body();
    this.leave();
    return result;
  }

  /** Goes one deeper into macros, blocks and recursive loops. */
  enter(): void {
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new PyException('RecursionError', 'maximum recursion depth exceeded');
  }

  leave(): void {
    this.#depth -= 1;
  }
}

/** The names that a template sees from outside, and those that its top level set. */
export class Context {
  readonly render: Render;
  readonly #given: ReadonlyMap<string, PyValue>;
  readonly #globals: ReadonlyMap<string, PyValue>;
  /** Most templates set nothing at their top level. */
  #set: Map<string, PyValue> | undefined;

  constructor(
    render: Render,
    given: ReadonlyMap<string, PyValue>,
    globals: ReadonlyMap<string, PyValue>,
  ) {
    this.render = render;
    this.#given = given;
    this.#globals = globals;
  }

  resolve(name: string): PyValue | undefined {
    const set = this.#set?.get(name);
    if (set !== undefined) return set;
    const given = this.#given.get(name);
    return given === undefined ? this.#globals.get(name) : given;
  }

  set(name: string, value: PyValue): void {
    this.#set ??= new Map();
    this.#set.set(name, value);
  }

  /** A context that sees some names more, for a `scoped` block; those without a value are left out. */
  derived(names: readonly (readonly [string, PyValue | undefined])[]): Context {
    const seen = new Map([...this.#given, ...(this.#set ?? [])]);
    for (const [name, value] of names) if (value !== undefined) seen.set(name, value);
    return new Context(this.render, seen, this.#globals);
  }
}
