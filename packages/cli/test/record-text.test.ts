import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '@orchestrate/core';
import { loadProject } from '@orchestrate/engine/project';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, cleanValue } from '../src/record/clean-value.ts';
import { yamlText } from '../src/record/yaml-text.ts';
import { BUILTINS } from '../src/session/builtins.ts';
import { Project } from './command-line.ts';

async function readAgain(project: Project, value: Json) {
  writeFileSync(join(project.folder, 'project.yaml'), yamlText(value));
  return loadProject({
    file: 'project.yaml',
    cwd: project.folder,
    env: {},
    builtins: BUILTINS,
  });
}

describe('a project as YAML', () => {
  it('reads back as the same project, whatever texts are in it, and warns of nothing', async () => {
    using project = new Project({});
    const isPlain = (text: string): boolean => !/\$\{|\{\{|\}\}/.test(text);
    const anyText = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => isPlain(text) && text.isWellFormed()),
      fc.constantFrom(
        'yes',
        'No',
        '~',
        '012',
        '1e3',
        '1_000',
        '12:30',
        'a: b',
        '- x',
        '2001-12-14',
      ),
    );
    const anyArguments = fc.dictionary(
      anyText.filter((text) => !text.includes('\u0000') && !['', '__proto__', '<<'].includes(text)),
      fc.oneof(anyText, fc.integer(), fc.boolean(), fc.array(anyText)),
    );
    await fc.assert(
      fc.asyncProperty(anyArguments, async (args) => {
        const tasks = { t: { call: './model.ts#run', args } };
        const written = { name: 'again', flows: { f: { tasks } } };
        const loaded = await readAgain(project, JSON.parse(JSON.stringify(written)) as Json);

        expect(loaded.effective).toEqual(written);
        expect(loaded.warnings).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('is in block style, with quotes only where they are needed', () => {
    expect(
      yamlText({
        name: 'a',
        none: {},
        flows: { 'b c': [1, 'no', ['x', null]], d: 'echo {{ n }}' },
      }),
    ).toBe(`name: a
none: {}
flows:
  "b c":
    - 1
    - "no"
    -
      - x
      - null
  d: "echo {{ n }}"
`);
  });
});

describe('taking secrets out of values', () => {
  const redact = (text: string): string => text.replaceAll('1234', '***');

  it('leaves JSON, also where a secret looks like a number or a part of a key', () => {
    const value = { a1234: ['x1234', 12345, 7, true, null], gone: undefined };

    expect(cleanValue(value, redact)).toEqual({ 'a***': ['x***', '***5', 7, true, null] });
  });

  it('never lets a secret through', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string(), (value, around) => {
        const hidden = { value, [`${around}1234`]: [{ deep: `1234${around}` }] };

        expect(cleanText(hidden, redact)).not.toContain('1234');
      }),
    );
  });
});
