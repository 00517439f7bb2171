import { attributeOf } from '../python/attribute.ts';
import { isTrue } from '../python/comparison.ts';
import { needText } from '../python/method.ts';
import { typeName } from '../python/type-name.ts';
import { PyUndefined } from '../python/undefined.ts';
import type { PyValue } from '../python/value.ts';
import { type Filter, filter } from './filter.ts';
import { MARKUP_FILTERS } from './filters-markup.ts';
import { NUMBER_FILTERS } from './filters-number.ts';
import { selectFilters } from './filters-select.ts';
import { SEQUENCE_FILTERS } from './filters-sequence.ts';
import { TEXT_FILTERS } from './filters-text.ts';
import { TESTS } from './tests.ts';

const withDefault = filter(
  '?default_value boolean',
  (_render, value, [otherwise = '', boolean = false]) => {
    if (value instanceof PyUndefined) return otherwise;
    return isTrue(boolean) && !isTrue(value) ? otherwise : value;
  },
);

function refused(why: string): Filter {
  return { ...filter('', () => null), refused: why };
}

const OTHER_FILTERS: Readonly<Record<string, Filter>> = {
  attr: filter('name', (render, value, [name = null]): PyValue => {
    const wanted = needText(name);
    return (
      attributeOf(value, wanted) ??
      render.undefined(`'${typeName(value)} object' has no attribute '${wanted}'`)
    );
  }),
  d: withDefault,
  default: withDefault,
  random: refused('is refused: a template gives the same text whenever it is rendered'),
  urlize: refused('is not supported here'),
};

function makeFilters(): ReadonlyMap<string, Filter> {
  const all = new Map<string, Filter>();
  const groups = [
    OTHER_FILTERS,
    MARKUP_FILTERS,
    NUMBER_FILTERS,
    SEQUENCE_FILTERS,
    TEXT_FILTERS,
    selectFilters(all, TESTS),
  ];
  for (const group of groups)
    for (const [name, entry] of Object.entries(group)) all.set(name, entry);
  TESTS.set(
    'filter',
    filter('', (_render, value) => typeof value === 'string' && all.has(value)),
  );
  return all;
}

/** Every filter by name. A `Map`, so that no name of JavaScript's objects is ever found. */
export const FILTERS: ReadonlyMap<string, Filter> = makeFilters();
