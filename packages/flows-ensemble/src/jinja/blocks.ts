import type { Context, Render } from './render.ts';

/** The code of a block: answers what it writes. */
export type BlockCode = (render: Render, context: Context) => string;

/** The blocks of a template, by name. */
export class Blocks {
  readonly #blocks: ReadonlyMap<string, BlockCode>;

  constructor(blocks: ReadonlyMap<string, BlockCode>) {
    this.#blocks = blocks;
  }

  has(name: string): boolean {
    return this.#blocks.has(name);
  }

  run(name: string, context: Context): string {
    const block = this.#blocks.get(name);
    const { render } = context;
    return block === undefined ? '' : render.nested(() => block(render, context));
  }
}
