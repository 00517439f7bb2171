import type { Evaluate, Execute, Frame } from './frame.ts';
import { FunctionScope, type Load, type Reference, type Symbols } from './symbols.ts';

/** Where code is compiled: the names it sees, and what kind of place it is. */
export interface Scope {
  readonly symbols: Symbols;
  /** What is set here is seen by blocks and macros too. */
  readonly isTop: boolean;
  /** Inside a condition an unknown filter or test fails only when it is reached. */
  readonly isConditional: boolean;
}

/** A scope inside another one; with a frame of its own when `ownFrame` is set. */
export function innerScope(scope: Scope, ownFrame = false): Scope {
  const owner = ownFrame ? new FunctionScope(scope.symbols.owner) : scope.symbols.owner;
  return { symbols: scope.symbols.inner(owner), isTop: false, isConditional: false };
}

/** Code that reads a slot; `undefined` where it has no value. */
export function readSlot(
  scope: Scope,
  reference: Reference,
): (frame: Frame) => ReturnType<Evaluate> | undefined {
  const { slot } = reference;
  const hops = scope.symbols.owner.depth - reference.owner.depth;
  if (hops === 0) return (frame) => frame.slots[slot];
  if (hops === 1) return (frame) => frame.parent?.slots[slot];
  return (frame) => {
    let at: Frame | undefined = frame;
    for (let hop = 0; hop < hops; hop += 1) at = at?.parent;
    return at?.slots[slot];
  };
}

function loadInto(scope: Scope, slot: number, load: Load): Execute | undefined {
  switch (load.from) {
    case 'parameter':
      return undefined;
    case 'nothing':
      return (frame) => {
        frame.slots[slot] = undefined;
      };
    case 'context': {
      const { name } = load;
      return (frame) => {
        frame.slots[slot] = frame.context.resolve(name);
      };
    }
    case 'outer': {
      const read = readSlot(scope, load.outer);
      return (frame) => {
        frame.slots[slot] = read(frame);
      };
    }
  }
}

/** Code that gives the names of a scope the values that they have at its start. */
export function enterScope(scope: Scope): Execute {
  const loads = scope.symbols
    .loads()
    .map(([reference, load]) => loadInto(scope, reference.slot, load))
    .filter((load) => load !== undefined);
  return sequence(loads);
}

/** Code that takes the values away again, as they are gone for code that was made in the scope and runs later. */
export function leaveScope(scope: Scope): Execute {
  const slots = scope.symbols.loads().map(([reference]) => reference.slot);
  return (frame) => {
    for (const slot of slots) frame.slots[slot] = undefined;
  };
}

/** Runs one after the other. */
export function sequence(steps: readonly Execute[]): Execute {
  const [first, second, ...more] = steps;
  if (first === undefined) return () => undefined;
  if (second === undefined) return first;
  if (more.length === 0)
    return (frame) => {
      first(frame);
      second(frame);
    };
  return (frame) => {
    for (const step of steps) step(frame);
  };
}
