import { checkText, MAX_TEXT } from '../python/limits.ts';
import { escapeHtml, PyMarkup } from '../python/markup.ts';
import { PyException } from '../python/py-exception.ts';
import { str } from '../python/text.ts';
import { PyUndefined } from '../python/undefined.ts';
import type { PyValue } from '../python/value.ts';

/** Most rounds that all loops of one rendering may make together. */
const MAX_ROUNDS = 100_000_000;

/** Deepest nesting of macros, blocks and recursive loops; Python gives up at about the same one. */
const MAX_DEPTH = 300;

/** One rendering of a template: what was written so far, and the limits on it. */
export class Render {
  output = '';
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

  write(text: string): void {
    this.output += text;
    if (this.output.length > MAX_TEXT) checkText(this.output.length);
  }

  print(value: PyValue): void {
    if (typeof value === 'string' && !this.autoescape) this.write(value);
    else this.write(this.shown(value));
  }

  /** `str(value)`, escaped where that is switched on. */
  shown(value: PyValue): string {
    const text = str(value);
    return this.autoescape && !(value instanceof PyMarkup) ? escapeHtml(text) : text;
  }

  /** What `body` writes, instead of writing it. */
  capture(body: () => void): string {
    const before = this.output;
    this.output = '';
    body();
    const captured = this.output;
    this.output = before;
    return captured;
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
    this.#depth += 1;
    if (this.#depth > MAX_DEPTH)
      throw new PyException('RecursionError', 'maximum recursion depth exceeded');
    const result = body();
    this.#depth -= 1;
    return result;
  }
}

/** The names that a template sees from outside, and those that its top level set. */
export class Context {
  readonly render: Render;
  readonly #given: ReadonlyMap<string, PyValue>;
  readonly #globals: ReadonlyMap<string, PyValue>;
  readonly #set = new Map<string, PyValue>();

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
    return this.#set.get(name) ?? this.#lookUp(name);
  }

  #lookUp(name: string): PyValue | undefined {
    // None is a value as well.
    if (this.#set.has(name)) return null;
    const given = this.#given.get(name);
    return given === undefined ? this.#globals.get(name) : given;
  }

  set(name: string, value: PyValue): void {
    this.#set.set(name, value);
  }

  /** A context that sees some names more, for a `scoped` block. */
  derived(names: ReadonlyMap<string, PyValue>): Context {
    return new Context(
      this.render,
      new Map([...this.#given, ...this.#set, ...names]),
      this.#globals,
    );
  }
}
