import { NO_NAMES } from '../python/arguments.ts';
import { typeError } from '../python/py-exception.ts';
import { repr } from '../python/text.ts';
import { type PyArguments, PyDict, type PyObject, PyTuple, type PyValue } from '../python/value.ts';
import type { Render } from './render.ts';

/** What a macro takes. */
export interface MacroShape {
  /** `undefined` for the body of a `call` block. */
  readonly name: string | undefined;
  readonly parameters: readonly string[];
  /** Uses `kwargs`, `varargs` or `caller`. */
  readonly takesNamed: boolean;
  readonly takesMore: boolean;
  readonly takesCaller: boolean;
}

/** A macro that can be called. */
export class Macro implements PyObject {
  readonly pyType = 'Macro';
  readonly #shape: MacroShape;
  readonly #render: Render;
  readonly #run: (values: readonly (PyValue | undefined)[]) => PyValue;

  /** @param run gets the parameters' values, then those of `caller`, `kwargs` and `varargs` that the macro uses */
  constructor(
    shape: MacroShape,
    render: Render,
    run: (values: readonly (PyValue | undefined)[]) => PyValue,
  ) {
    this.#shape = shape;
    this.#render = render;
    this.#run = run;
  }

  attribute(name: string): PyValue | undefined {
    const shape = this.#shape;
    switch (name) {
      case 'name':
        return shape.name ?? null;
      case 'arguments':
        return new PyTuple(shape.parameters);
      case 'catch_kwargs':
        return shape.takesNamed;
      case 'catch_varargs':
        return shape.takesMore;
      case 'caller':
        return shape.takesCaller;
      case 'explicit_caller':
        return shape.parameters.includes('caller');
      default:
        return undefined;
    }
  }

  call(given: PyArguments): PyValue {
    return this.#enter(this.#bind(given));
  }

  /** Like {@link call}, with arguments that have no names. */
  callPlainly(values: readonly PyValue[]): PyValue {
    return this.#enter(
      this.#takes(values.length) ? values : this.#bind({ positional: values, named: NO_NAMES }),
    );
  }

  #enter(values: readonly (PyValue | undefined)[]): PyValue {
    this.#render.enter();
    const result = this.#run(values);
    this.#render.leave();
    return result;
  }

  /** Whether so many arguments without names go to the parameters as they are. */
  #takes(count: number): boolean {
    const { parameters, takesCaller, takesMore, takesNamed } = this.#shape;
    return !takesCaller && !takesNamed && !takesMore && count <= parameters.length;
  }

  #bind({ positional: given, named }: PyArguments): readonly (PyValue | undefined)[] {
    const { parameters, takesCaller, takesMore, takesNamed } = this.#shape;
    if (named.size === 0 && this.#takes(given.length)) return given;
    const rest = new Map(named);
    const values: (PyValue | undefined)[] = given.slice(0, parameters.length);
    for (const name of parameters.slice(values.length)) {
      values.push(rest.get(name));
      rest.delete(name);
    }
    if (takesCaller && !parameters.includes('caller')) {
      values.push(rest.get('caller') ?? this.#render.undefined('No caller defined'));
      rest.delete('caller');
    }
    if (takesNamed) values.push(new PyDict(rest));
    else this.#refuseNamed(rest);
    if (takesMore) values.push(new PyTuple(given.slice(parameters.length)));
    else if (given.length > parameters.length)
      throw typeError(
        `macro ${this.#quoted()} takes not more than ${parameters.length} argument(s)`,
      );
    return values;
  }

  #quoted(): string {
    return repr(this.#shape.name ?? null);
  }

  #refuseNamed(rest: ReadonlyMap<string, PyValue>): void {
    const [first] = rest.keys();
    if (first !== undefined)
      throw typeError(`macro ${this.#quoted()} takes no keyword argument '${first}'`);
  }

  text(): string {
    return `<Macro ${this.#shape.name === undefined ? 'anonymous' : this.#quoted()}>`;
  }
}
