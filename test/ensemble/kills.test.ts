import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { seeded, seedOf } from '../support/chance.ts';
import { described, EnsembleWorkspace } from '../support/ensemble.ts';
import { snapshot } from '../support/sentinel.ts';
import { expectEnd } from '../support/sober.ts';
import { until } from '../support/until.ts';

const seed = seedOf();
const KILLS = 6;
const MEMBERS = 10;
const LONGEST_LIFE_MILLISECONDS = 2_000;
const SLOW = { timeout: 400_000 };
const NUMBERS = Array.from({ length: MEMBERS }, (_, at) => at);

/** Kills the leader at random moments and goes on each time; in the end everything has to be done. */
async function runWithKills(workspace: EnsembleWorkspace, random: () => number): Promise<void> {
  const journal = workspace.path('.orchestrate/journal.db');
  for (let kill = 0; kill < KILLS; kill += 1) {
    const leader = workspace.start(['run']);
    await until('a leader to begin', () => existsSync(journal) || leader.child.exitCode !== null);
    const life = 300 + random() * LONGEST_LIFE_MILLISECONDS;
    const timer = setTimeout(() => leader.child.kill('SIGKILL'), life);
    const { code, stdout, stderr } = await leader.ended;
    clearTimeout(timer);
    expect([null, 0], `${stdout}\n${stderr}`).toContain(code);
  }
  expectEnd(await workspace.run(), 0);
}

function once(names: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries(names.map((name) => [name, 1]));
}

/** An ensemble that leaves nothing but its archive. */
function native(): EnsembleWorkspace {
  const workspace = new EnsembleWorkspace({
    'template/run.sh.j2':
      'sleep 0.1\nseq {{ n }} 40 > numbers.txt\necho ran >> "$EFFECTS/ran-job-{{ n }}"\n',
    'template/input/deep.txt.j2': '{{ n }}\n',
  });
  workspace.ensemble({
    template: 'template',
    job: 'run.sh',
    matrix: { n: { range: [0, MEMBERS - 1, 1] } },
    members: 4,
    post: [{ run: 'echo ran >> "$EFFECTS/ran-post-{{ n }}"' }],
    archive: { to: 'archive/{{ member.id }}', remove: true },
  });
  return workspace;
}

/** One of model-ensembler whose members take two cycles. */
function upstream(): EnsembleWorkspace {
  const check = (cmd: string) => ({ name: 'check', args: { cmd, fail: true } });
  const batch = {
    name: 'b',
    basedir: './cases',
    templatedir: '../template',
    templates: ['run.sh.j2'],
    job_file: 'run.sh',
    cluster: 'short',
    maxruns: 4,
    maxjobs: 2,
    repeat: true,
    pre_batch: [],
    pre_run: [check('test ! -e outfile')],
    runs: NUMBERS.map((n) => ({ n })),
    post_run: [
      check('test -f outfile'),
      { name: 'move', args: { dest: '../../archive' } },
      { name: 'remove' },
    ],
    post_batch: [check(`[ "$(ls ../archive 2> /dev/null | wc -l)" -lt ${MEMBERS} ]`)],
  };
  const ensemble = { vars: {}, pre_process: [], post_process: [], batches: [batch] };
  const workspace = new EnsembleWorkspace({
    'old.yaml': JSON.stringify({ ensemble }),
    'template/run.sh.j2': `sleep 0.1
if [ -f first ]; then echo {{ run.n }} > outfile; cycle=second; else touch first; cycle=first; fi
echo ran >> "$EFFECTS/ran-$cycle-{{ run.n }}"
`,
  });
  workspace.ensemble({ file: 'old.yaml', checkEvery: '0.2s' });
  return workspace;
}

describe.concurrent(`a leader that is killed ${KILLS} times at random (seed ${seed})`, SLOW, () => {
  it.each([
    ['an ensemble', native, 'ens', ['job', 'post']],
    ['one of model-ensembler that is repeated', upstream, 'cases', ['first', 'second']],
  ])(
    '%s: every member once, archives as ever, nothing left over',
    async (_what, make, folder, effects) => {
      using undisturbed = make();
      expectEnd(await undisturbed.run(), 0);
      using workspace = make();
      const before = snapshot(workspace.path('template'));

      await runWithKills(workspace, seeded(seed));

      expect(workspace.counts('ran-')).toEqual(
        once(effects.flatMap((effect) => NUMBERS.map((n) => `${effect}-${n}`))),
      );
      const expected = described(undisturbed.path('archive'), undisturbed.folder);
      expect(Object.keys(expected).length).toBeGreaterThan(2 * MEMBERS);
      expect(described(workspace.path('archive'), workspace.folder)).toEqual(expected);
      expect(workspace.names(folder)).toEqual([]);
      expect(snapshot(workspace.path('template'))).toEqual(before);
    },
  );
});
