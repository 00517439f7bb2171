import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { renderReference } from '../src/arguments/render-reference.ts';
import { COMMANDS } from '../src/commands/command-table.ts';

const page = fileURLToPath(new URL('../../../docs/reference/cli.md', import.meta.url));
mkdirSync(dirname(page), { recursive: true });
writeFileSync(page, renderReference(COMMANDS));
