import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FlowError, isFlowError, type Json } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { compileTemplate } from '../src/jinja/compile-template.ts';
import { decodePy } from '../src/python/json-code.ts';
import { str } from '../src/python/text.ts';
import { PyDict, type PyValue } from '../src/python/value.ts';

interface Case {
  readonly template: string;
  readonly context: string;
  readonly output?: string;
  readonly exception?: string;
}

interface Golden {
  readonly versions: Readonly<Record<string, string>>;
  readonly contexts: Readonly<Record<string, Json>>;
  readonly cases: readonly Case[];
}

/** Made by tools/golden/jinja/generate.py with the real Jinja2. */
const GOLDEN = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fixtures', 'jinja', 'golden.json'), 'utf8'),
) as Golden;

function namesOf(context: string): ReadonlyMap<string, PyValue> {
  const names = decodePy(GOLDEN.contexts[context] ?? null);
  const entries = names instanceof PyDict ? names.entries() : [];
  return new Map(entries.map(([key, value]) => [str(key), value] as const));
}

function exceptionOf(error: FlowError): string {
  const exception = error.details['exception'];
  return typeof exception === 'string' ? exception : error.message;
}

function outcome({ template, context }: Case): Pick<Case, 'output' | 'exception'> {
  try {
    return { output: compileTemplate(template, 'golden').render(namesOf(context)) };
  } catch (error) {
    return { exception: isFlowError(error) ? exceptionOf(error) : String(error) };
  }
}

describe('templates', () => {
  it('are compared with the version that is replaced', () => {
    expect(GOLDEN.versions['jinja2']).toBe('3.1.6');
    expect(GOLDEN.cases.length).toBeGreaterThan(300);
  });

  it.each(GOLDEN.cases)('gives what Jinja2 gives: $template', (golden) => {
    expect({ ...golden, ...outcome(golden) }).toEqual(golden);
  });
});
