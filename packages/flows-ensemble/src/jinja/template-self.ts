import { PyFunction } from '../python/arguments.ts';
import type { PyObject, PyValue } from '../python/value.ts';
import type { Blocks } from './blocks.ts';
import type { Context } from './render.ts';

/** `self`: the template's blocks, to be called. */
export class TemplateSelf implements PyObject {
  readonly pyType = 'TemplateReference';
  readonly #blocks: Blocks;
  readonly #context: Context;

  constructor(blocks: Blocks, context: Context) {
    this.#blocks = blocks;
    this.#context = context;
  }

  attribute(name: string): PyValue | undefined {
    if (!this.#blocks.has(name)) return undefined;
    return new PyFunction(name, () =>
      this.#context.render.made(this.#blocks.run(name, this.#context)),
    );
  }

  text(): string {
    return '<TemplateReference None>';
  }
}
