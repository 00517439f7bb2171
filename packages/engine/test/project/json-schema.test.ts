import { describe, expect, it } from 'vitest';
import { projectJsonSchema } from '../../src/project/json-schema.ts';
import { plugins } from './workspace.ts';

/** The parts of a generated schema that are looked at here. */
interface Part {
  readonly properties: Readonly<Record<string, Part>>;
  readonly additionalProperties: Part;
  readonly allOf: readonly { readonly if: Part; readonly then: Part }[];
  readonly then: Part;
  readonly else: Part;
}

describe('projectJsonSchema', () => {
  const schema = projectJsonSchema(plugins) as unknown as Part;

  it('describes every option of the project file', () => {
    const undescribed = Object.entries(schema.properties).filter(
      ([, part]) => !('description' in part),
    );

    expect(undescribed.map(([name]) => name)).toEqual([]);
    expect(schema).toMatchObject({
      type: 'object',
      required: ['name', 'flows'],
      additionalProperties: false,
    });
  });

  it('asks for the options of the plugin that `use` names', () => {
    const entry = schema.properties['backends']?.additionalProperties;
    const local = entry?.allOf.find((choice) => JSON.stringify(choice.if).includes('"local"'));

    expect(Object.keys(local?.then.properties ?? {})).toEqual([
      'use',
      'slots',
      'workdir',
      'mode',
      'ssh',
      'partition',
    ]);
    expect(local?.then).toMatchObject({ additionalProperties: false });
  });

  it('takes a flow with `use` for one of a plugin and without for one written there', () => {
    const flow = schema.properties['flows']?.additionalProperties;

    expect(Object.keys(flow?.else.properties ?? {})).toEqual(['needs', 'backend', 'tasks']);
    expect(JSON.stringify(flow?.then)).toContain('"sweep"');
  });
});
