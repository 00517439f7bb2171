import { literal, variable } from './code.ts';
import type { Program } from './program.ts';
import { FunctionScope, type Load, type Reference, type Symbols } from './symbols.ts';

/** Where code is compiled: the names it sees, and what kind of place it is. */
export interface Scope {
  readonly program: Program;
  readonly symbols: Symbols;
  /** What is set here is seen by blocks and macros too. */
  readonly isTop: boolean;
  /** Inside a condition an unknown filter or test fails only when it is reached. */
  readonly isConditional: boolean;
  /** `loop` of the loop around this place, where that is one of the same function. */
  readonly loop: Reference | undefined;
}

/** A scope inside another one; a function of its own when `ownFrame` is set. */
export function innerScope(scope: Scope, ownFrame = false): Scope {
  const owner = ownFrame ? new FunctionScope(scope.symbols.owner) : scope.symbols.owner;
  const { program } = scope;
  const loop = ownFrame ? undefined : scope.loop;
  return {
    program,
    symbols: scope.symbols.inner(owner),
    isTop: false,
    isConditional: false,
    loop,
  };
}

/** A fresh variable for what code itself has to remember. */
export function helper(scope: Scope): string {
  return scope.symbols.owner.helper();
}

function loadInto(reference: Reference, load: Load): string {
  switch (load.from) {
    case 'parameter':
      return '';
    case 'nothing':
      return `${variable(reference)} = undefined;\n`;
    case 'context':
      return `${variable(reference)} = c.resolve(${literal(load.name)});\n`;
    case 'outer':
      return `${variable(reference)} = ${variable(load.outer)};\n`;
  }
}

/** Code that gives the names of a scope the values that they have at its start. */
export function enterScope(scope: Scope): string {
  return scope.symbols
    .loads()
    .map(([reference, load]) => loadInto(reference, load))
    .join('');
}

/** Code that takes the values away again, as they are gone for code that was made in the scope and runs later. */
export function leaveScope(scope: Scope): string {
  return scope.symbols
    .loads()
    .map(([reference]) => `${variable(reference)} = undefined;\n`)
    .join('');
}
