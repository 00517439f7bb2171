import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { renderReference } from '../src/arguments/render-reference.ts';
import { COMMANDS } from '../src/commands/command-table.ts';
import { CLI_ERRORS } from '../src/errors.ts';

function page(path: string): string {
  return readFileSync(fileURLToPath(new URL(`../../../docs/${path}`, import.meta.url)), 'utf8');
}

describe('the reference pages', () => {
  it('are made from the command table: `npm run reference -w @orchestrate/cli` writes them anew', () => {
    expect(page('reference/cli.md')).toBe(renderReference(COMMANDS));
  });

  it('explain every error code of this package, and no other', () => {
    const headings = [...page('reference/errors/cli.md').matchAll(/^## ([A-Z_]+)$/gm)];

    expect(new Set(headings.map(([, code]) => code))).toEqual(new Set(Object.keys(CLI_ERRORS)));
  });
});
