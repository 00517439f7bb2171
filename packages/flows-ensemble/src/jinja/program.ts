import { compileFunction } from 'node:vm';
import type { BlockCode } from './blocks.ts';
import { RUNTIME } from './runtime.ts';

/** The code that a template became, before it is handed to JavaScript. */
export interface ProgramSource {
  readonly js: string;
  /** What `k0`, `k1`, ... stand for. */
  readonly constants: readonly unknown[];
}

/** What the code of one template is made of besides its statements. */
export class Program {
  /** Whether escaping may ever be switched on. */
  readonly escapes: boolean;
  /** How many calls the code has so far. */
  calls = 0;
  readonly #constants: unknown[] = [];

  constructor(escapes: boolean) {
    this.escapes = escapes;
  }

  get constants(): readonly unknown[] {
    return this.#constants;
  }

  /** A name for something that code cannot write down: a filter, or a value that has no literal. */
  constant(value: unknown): string {
    const known = this.#constants.findIndex((other) => Object.is(other, value));
    if (known !== -1) return `k${known}`;
    this.#constants.push(value);
    return `k${this.#constants.length - 1}`;
  }

  /** Code of text that the template made itself: marked as safe where escaping is switched on. */
  made(text: string): string {
    return this.escapes ? `r.made(${text})` : text;
  }
}

const HELPERS = Object.keys(RUNTIME);

/** Hands code to JavaScript. It is strict, and reaches the helpers and constants and nothing that a template names. */
export function load({ js, constants }: ProgramSource): BlockCode {
  const names = constants.map((_, at) => `k${at}`);
  const make = compileFunction(`"use strict";\n${js}`, [...HELPERS, ...names]);
  return make(...Object.values(RUNTIME), ...constants);
}
