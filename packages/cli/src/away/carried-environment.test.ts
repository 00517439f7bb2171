import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadProject } from '@orchestrate/engine/project';
import { expect, it } from 'vitest';
import { BUILTINS } from '../session/builtins.ts';
import { carriedEnvironment } from './carried-environment.ts';

const PROJECT = `name: carried
flows:
  work:
    tasks:
      one: { run: "echo", env: { T: "\${secret:TIDE}", H: "\${env:HARBOUR}", L: "$\${env:LITERAL}" } }
`;

it('takes along what the project refers to, and nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'carried-'));
  try {
    writeFileSync(join(folder, 'project.yaml'), PROJECT);
    const environment = {
      HARBOUR: 'Holm',
      LITERAL: 'no',
      OTHER: 'no',
      ORCHESTRATE_SECRET_TIDE: 'five fathoms',
      ORCHESTRATE_SECRET_OTHER: 'not of this project',
      LANG: 'C.UTF-8',
    };
    const loaded = await loadProject({
      file: 'project.yaml',
      cwd: folder,
      env: environment,
      builtins: BUILTINS,
    });
    expect(carriedEnvironment(loaded, 'hpc', environment)).toEqual({
      HARBOUR: 'Holm',
      ORCHESTRATE_SECRET_TIDE: 'five fathoms',
      LANG: 'C.UTF-8',
    });
    // What only says how to reach the host stays here.
    const far = {
      ...loaded,
      effective: { backends: { hpc: { ssh: { password: '${secret:TIDE}' } } } },
    };
    expect(carriedEnvironment(far, 'hpc', environment)).toEqual({
      ORCHESTRATE_SECRET_TIDE: 'not-needed-on-this-host',
      LANG: 'C.UTF-8',
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
