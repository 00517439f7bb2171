import type { PyValue } from '../python/value.ts';
import type { Context, Render } from './render.ts';
import type { FunctionScope } from './symbols.ts';

/** Variables of one run of the template, a block, a macro or a recursive loop. An `undefined` slot has no value. */
export class Frame {
  readonly slots: (PyValue | undefined)[];
  readonly context: Context;
  readonly render: Render;
  /** The frame around the place where this one's code is written. */
  readonly parent: Frame | undefined;

  constructor(scope: FunctionScope, context: Context, parent?: Frame) {
    this.slots = [];
    for (let slot = 0; slot < scope.size; slot += 1) this.slots.push(undefined);
    this.context = context;
    this.render = context.render;
    this.parent = parent;
  }
}

/** A compiled expression. */
export type Evaluate = (frame: Frame) => PyValue;

/** A compiled statement. */
export type Execute = (frame: Frame) => void;
