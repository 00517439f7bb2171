import type { Json } from '@orchestrate/core';
import { localId } from './crate-ids.ts';
import type { Entity } from './crate-types.ts';
import { MOST_VALUES, type ParameterValues } from './parameter-tally.ts';

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null;
}

/** The data type of schema.org that holds for all values. */
function typeOf(values: readonly Json[]): string {
  if (values.every((value) => typeof value === 'boolean')) return 'Boolean';
  if (values.every((value) => Number.isInteger(value))) return 'Integer';
  if (values.every((value) => typeof value === 'number')) return 'Float';
  return values.some(isObject) ? 'PropertyValue' : 'Text';
}

function plainValue(value: Json): string | number | boolean {
  if (value === null || typeof value === 'object') return JSON.stringify(value);
  return value;
}

/** What a flow takes, and what it was given. */
export interface ParameterEntities {
  readonly formal: Entity;
  readonly actual: Entity;
}

/** A parameter of the workflow, and the values it had in the run. */
export function parameterEntities(parameter: ParameterValues): ParameterEntities {
  const { flow, name, values, hasMore } = parameter;
  const [formal, actual] = [localId('parameter', flow, name), localId('value', flow, name)];
  const given = values.map(plainValue);
  return {
    formal: {
      '@id': formal,
      '@type': 'FormalParameter',
      name,
      description: `Parameter ${name} of flow ${flow}.`,
      additionalType: typeOf(values),
      workExample: { '@id': actual },
    },
    actual: {
      '@id': actual,
      '@type': 'PropertyValue',
      name,
      exampleOfWork: { '@id': formal },
      value: given.length === 1 ? given[0] : given,
      ...(hasMore
        ? { description: `The first ${MOST_VALUES} values; run.json has that of every task.` }
        : {}),
    },
  };
}
