import { PyFunction } from '../python/arguments.ts';
import type { PyObject, PyValue } from '../python/value.ts';
import type { Context } from './render.ts';
import type { Unit } from './unit.ts';

/** `self`: the template's blocks, to be called. */
export class TemplateSelf implements PyObject {
  readonly pyType = 'TemplateReference';
  readonly #unit: Unit;
  readonly #context: Context;

  constructor(unit: Unit, context: Context) {
    this.#unit = unit;
    this.#context = context;
  }

  attribute(name: string): PyValue | undefined {
    if (!this.#unit.hasBlock(name)) return undefined;
    const { render } = this.#context;
    return new PyFunction(name, () =>
      render.made(render.capture(() => this.#unit.runBlock(name, this.#context))),
    );
  }

  text(): string {
    return '<TemplateReference None>';
  }
}
