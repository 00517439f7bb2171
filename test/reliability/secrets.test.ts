import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { expectEnd, expectSober } from '../support/sober.ts';
import { waitFor } from '../support/waiting-chain.ts';
import { type Call, Workspace } from '../support/workspace.ts';

/** Everything that is awkward in one value: quotes, a line break, other scripts, and what shells act upon. */
const FROM_ENVIRONMENT = `s3cr3t"it's\n$(touch pwned) \`id\` ünï\\c0de&<b>;|*%41`;
const FROM_FILE = 'f1le-Secret/with+slashes==?and=more&things';

/** The forms in which a value could come through unnoticed. */
function formsOf(value: string): readonly string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const base64 = Buffer.from(value).toString('base64');
  const forms = [
    value,
    ...value.split('\n').filter((line) => line.length > 3),
    json,
    JSON.stringify(json).slice(1, -1),
    base64.slice(0, -4),
    Buffer.from(value).toString('base64url').slice(0, -4),
    Buffer.from(value).toString('hex'),
    encodeURIComponent(value),
    encodeURI(value),
    value.replaceAll("'", "'\\''"),
  ];
  return [...new Set(forms)];
}

const FORMS = [...formsOf(FROM_ENVIRONMENT), ...formsOf(FROM_FILE)];

function expectClean(where: string, bytes: string): void {
  const found = FORMS.filter((form) => bytes.includes(Buffer.from(form).toString('latin1')));
  expect(found, `${where}: ${bytes.length < 4000 ? bytes : ''}`).toEqual([]);
}

/** Every file of the run folder but the secret itself. */
function scan(workspace: Workspace): number {
  const root = workspace.path('.orchestrate');
  let files = 0;
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    expectClean('a name', Buffer.from(path).toString('latin1'));
    if (!entry.isFile() || path.includes('/.orchestrate/secrets/')) continue;
    expectClean(path, readFileSync(path, 'latin1'));
    files += 1;
  }
  return files;
}

/** Who may do what with the logs of a set. */
function logModes(workspace: Workspace, set: string): readonly number[] {
  const runs = workspace.path('.orchestrate/runs');
  return readdirSync(runs, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith(`/logs/${set}`))
    .map((entry) => statSync(join(entry.parentPath, entry.name)).mode & 0o777);
}

/** The arguments of every process of the workspace, as everybody on the machine can read them. */
function scanArguments(workspace: Workspace): number {
  const processes = workspace.processes();
  for (const pid of processes) {
    try {
      expectClean(`arguments of ${pid}`, readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
    }
  }
  return processes.length;
}

const PROJECT = `name: secrets
backends: { here: { use: local, slots: 2 } }
flows:
  work:
    backend: here
    tasks:
      speak:
        env: { TOKEN: "\${secret:X}", OTHER: "prefix-\${secret:FILE}" }
        run: |
          printf '%s\\n' "$TOKEN" "$OTHER"
          printf '%s\\n' "$TOKEN" "$OTHER" >&2
          printf '%s' "$TOKEN" | base64 -w0
          touch "$EFFECTS/started-speak"
          ${waitFor('go')}
      fail:
        env: { TOKEN: "\${secret:X}" }
        retry: 2
        run: 'echo "cannot log in with $TOKEN" >&2; exit 3'
      throw:
        env: { TOKEN: "\${secret:X}" }
        call: "./code.ts#thrower"
      give:
        env: { TOKEN: "\${secret:FILE}" }
        call: "./code.ts#giver"
      inherit:
        run: "env | sort"
`;

const CODE = `export function thrower() {
  console.log('token', process.env.TOKEN);
  throw new Error('refused: ' + process.env.TOKEN, { cause: new Error(process.env.TOKEN) });
}
export function giver() {
  return { token: process.env.TOKEN, [process.env.TOKEN]: 1 };
}
`;

describe('a secret', () => {
  it('is in no byte that a run and all the commands after it write, whatever tasks do with it', async () => {
    using workspace = new Workspace({ 'project.yaml': PROJECT, 'code.ts': CODE });
    workspace.write('.orchestrate/secrets/FILE', FROM_FILE);
    chmodSync(workspace.path('.orchestrate/secrets/FILE'), 0o600);
    const env = { ORCHESTRATE_SECRET_X: FROM_ENVIRONMENT };
    const told = async (call: Call): Promise<number | null> => {
      const ended = await call.ended;
      // The trace of a user's own function belongs into the log of its task.
      if (!call.child.spawnargs.includes('logs')) expectSober(ended);
      expectClean('standard output', Buffer.from(ended.stdout).toString('latin1'));
      expectClean('standard error', Buffer.from(ended.stderr).toString('latin1'));
      return ended.code;
    };

    expect(await told(workspace.start(['plan', '--json'], { env }))).toBe(0);
    const run = workspace.start(['run', '--verbose', '--json'], { env });
    await workspace.saw('started-speak');
    expect(scanArguments(workspace)).toBeGreaterThan(1);
    const whileItRuns = await workspace.start(['logs', 'speak'], { env }).ended;
    expect(whileItRuns.stdout).toContain('***');
    expectClean('a log that is written', Buffer.from(whileItRuns.stdout).toString('latin1'));
    expect(logModes(workspace, 'work.speak')).toEqual([0o600]);
    run.child.kill('SIGKILL');
    await run.ended;
    workspace.allow('go');
    const resumed = workspace.start(['resume', '--verbose'], { env });
    expect(await told(resumed)).toBe(1);
    scanArguments(workspace);
    for (const words of [
      ['status'],
      ['status', '--json', '--all'],
      ['logs', 'speak'],
      ['logs', 'fail'],
      ['logs', 'throw'],
      ['logs', 'inherit'],
      ['why', 'fail'],
      ['why', 'throw', '--json'],
      ['plan', '--json', '--verbose'],
      ['validate', '--json'],
      ['doctor'],
      ['retry', '--verbose', '--json'],
      ['run', '--fresh'],
    ]) {
      await told(workspace.start(words, { env }));
    }

    expect(scan(workspace)).toBeGreaterThan(8);
    const log = await workspace.start(['logs', 'speak'], { env }).ended;
    expect(log.stdout).toContain('***');
    expect(readdirSync(workspace.folder)).not.toContain('pwned');
  });

  it('stays out of errors about the project that uses it in the wrong place', async () => {
    using workspace = new Workspace({
      'project.yaml': `name: misplaced
backends: { here: { use: local, slots: "\${secret:X}" } }
storage: { store: { use: local, path: "\${secret:X}" } }
flows:
  work:
    backend: here
    tasks: { t: { run: "echo \${secret:X}" } }
`,
    });
    const env = { ORCHESTRATE_SECRET_X: FROM_ENVIRONMENT };
    for (const words of [['validate'], ['run', '--verbose'], ['plan', '--json']]) {
      const ended = await workspace.start(words, { env }).ended;
      expectEnd(ended, 2);
      expectClean(words.join(' '), Buffer.from(ended.stdout + ended.stderr).toString('latin1'));
    }
  });
});
