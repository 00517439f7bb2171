import { bind } from '../python/arguments.ts';
import { isTrue } from '../python/comparison.ts';
import { type Pull, PyIterator, pull } from '../python/iterator.ts';
import { PyException } from '../python/py-exception.ts';
import { str } from '../python/text.ts';
import type { PyArguments, PyValue } from '../python/value.ts';
import { getter } from './attribute-getter.ts';
import { type Filter, rawFilter } from './filter.ts';
import type { Render } from './render.ts';

/** Filters or tests by name. */
export type FilterTable = ReadonlyMap<string, Filter>;

type Act = (item: PyValue) => PyValue;

function filterArgument(message: string): PyException {
  return new PyException('FilterArgumentError', message);
}

/** Code that calls a filter or test whose name is a value. */
function byName(
  render: Render,
  wanted: { readonly table: FilterTable; readonly what: string; readonly name: PyValue },
  given: PyArguments,
): Act {
  const { table, what, name } = wanted;
  return (item) => {
    const entry = typeof name === 'string' ? table.get(name) : undefined;
    if (entry === undefined || typeof name !== 'string')
      throw new PyException('TemplateRuntimeError', `No ${what} named '${str(name)}'.`);
    if (entry.refused !== undefined)
      throw new PyException('Unsupported', `the ${what} '${name}' ${entry.refused}`);
    if (entry.raw !== undefined) return entry.raw(render, item, given);
    return entry.run(render, item, bind({ name, ...entry }, given));
  };
}

function mapAct(render: Render, filters: FilterTable, given: PyArguments): Act {
  const { positional, named } = given;
  const [name, ...rest] = positional;
  const attribute = named.get('attribute');
  if (name === undefined && attribute !== undefined) {
    const other = [...named.keys()].find((key) => key !== 'attribute' && key !== 'default');
    if (other !== undefined) throw filterArgument(`Unexpected keyword argument '${other}'`);
    return getter(render, attribute, { otherwise: named.get('default') });
  }
  if (name === undefined) throw filterArgument('map requires a filter argument');
  return byName(render, { table: filters, what: 'filter', name }, { positional: rest, named });
}

function selectAct(
  render: Render,
  options: { readonly tests: FilterTable; readonly ofAttribute: boolean },
  { positional, named }: PyArguments,
): Act {
  const rest = [...positional];
  const attribute = options.ofAttribute ? rest.shift() : undefined;
  if (options.ofAttribute && attribute === undefined)
    throw filterArgument('Missing parameter for attribute name');
  const valueIn = getter(render, attribute);
  const name = rest.shift();
  if (name === undefined) return valueIn;
  const test = byName(
    render,
    { table: options.tests, what: 'test', name },
    { positional: rest, named },
  );
  return (item) => test(valueIn(item));
}

/** What a filter does with one item: an item of the result, or nothing. */
type Step = (item: PyValue) => PyValue | undefined;

/** Goes through a value as it is asked; what is wrong with the arguments shows once something is asked for. */
function lazily(value: PyValue, make: () => Step): PyValue {
  let next: Pull | undefined;
  let step: Step | undefined;
  const begin = (): void => {
    const isEmpty = !isTrue(value);
    step = isEmpty ? undefined : make();
    next = isEmpty ? () => undefined : pull(value);
  };
  return new PyIterator(() => {
    if (next === undefined) begin();
    for (let item = next?.(); item !== undefined; item = next?.()) {
      const result = step?.(item);
      if (result !== undefined) return result;
    }
    return undefined;
  });
}

function selecting(tests: FilterTable, ofAttribute: boolean, keep: boolean): Filter {
  return rawFilter((render, value, given) =>
    lazily(value, () => {
      const act = selectAct(render, { tests, ofAttribute }, given);
      return (item) => (isTrue(act(item)) === keep ? item : undefined);
    }),
  );
}

/** Filters that apply another filter or a test to every item. */
export function selectFilters(
  filters: FilterTable,
  tests: FilterTable,
): Readonly<Record<string, Filter>> {
  return {
    map: rawFilter((render, value, given) => lazily(value, () => mapAct(render, filters, given))),
    reject: selecting(tests, false, false),
    rejectattr: selecting(tests, true, false),
    select: selecting(tests, false, true),
    selectattr: selecting(tests, true, true),
  };
}
