import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { EnsembleWorkspace } from '../support/ensemble.ts';
import { didNotRun, failureOf, smallDisk } from '../support/small-disk.ts';
import { expectEnd } from '../support/sober.ts';

/** On a busy machine every call of the command line takes seconds. */
const SLOW = { timeout: 240_000 };

const JOB = 'head -c {{ size }} /dev/zero > data.bin\necho ran >> "$EFFECTS/ran-{{ n }}"\n';

/** Three members, each with a file of a size of its own, archived and removed. */
function sized(
  sizes: readonly number[],
  archive: Readonly<Record<string, unknown>>,
): EnsembleWorkspace {
  const workspace = new EnsembleWorkspace({ 'template/run.sh.j2': JOB });
  workspace.ensemble({
    template: 'template',
    job: 'run.sh',
    zip: { n: sizes.map((_, at) => at + 1), size: sizes },
    directory: 'ens/n{{ n }}',
    archive: { to: 'archive/n{{ n }}', remove: true, ...archive },
  });
  return workspace;
}

/** Stands in for ssh: runs the command here, but refuses to make the folder of the second member. */
const REFUSING_SSH = `#!/bin/sh
while [ "$1" = -o ]; do shift 2; done
shift
case "$*" in
  *mkdir*)
    IFS= read -r folder
    case $folder in
      */n2) echo 'ssh: connect to host gone.example port 22: Connection refused' >&2; exit 255 ;;
    esac
    printf '%s\\n' "$folder" | sh -c "$*" ;;
  *) exec sh -c "$*" ;;
esac
`;

const ONCE = { '1': 1, '2': 1, '3': 1 };

describe.concurrent('an archive that cannot be written', SLOW, () => {
  it('fails the member for which its disk is too small, keeps it, and takes the others', async () => {
    using workspace = sized([1_000, 9_000_000, 2_000], {});
    const disk = smallDisk(workspace, 'archive', 4);
    if (typeof disk === 'string') {
      didNotRun('a member too large for its archive', disk);
      return;
    }

    const ended = await workspace.run();

    expectEnd(ended, 1);
    expect(ended.failed.map((task) => task.split('/')[0])).toEqual(['ens.archive']);
    expect(ended.failures[0]?.message).toMatch(/no space|ENOSPC/i);
    expect(workspace.names('ens')).toEqual(['n2']);
    expect(workspace.names('ens/n2')).toEqual(['data.bin', 'run.sh']);
    expect(workspace.names('archive/n1')).toEqual(['data.bin', 'run.sh']);
    expect(workspace.names('archive/n3')).toEqual(['data.bin', 'run.sh']);
    expect(workspace.names('archive/n2').filter((name) => name !== 'run.sh')).toEqual([]);
  });

  it('removes nothing while its disk is full, and is filled without doing anything again once there is room', async () => {
    using workspace = sized([50_000, 60_000, 70_000], {});
    const disk = smallDisk(workspace, 'archive', 4);
    if (typeof disk === 'string') {
      didNotRun('an archive on a full disk', disk);
      return;
    }
    disk.fill();

    const ended = await workspace.run();
    expectEnd(ended, 1);
    expect(ended.failed.map((task) => task.split('/')[0])).toEqual(Array(3).fill('ens.archive'));
    expect(workspace.names('ens')).toEqual(['n1', 'n2', 'n3']);
    disk.free();

    expectEnd(await workspace.run(), 0);
    expect(workspace.names('ens')).toEqual([]);
    expect(workspace.names('archive').filter((name) => name !== '.ballast')).toEqual([
      'n1',
      'n2',
      'n3',
    ]);
    expect(workspace.counts('ran-')).toEqual(ONCE);
  });

  it('keeps the member whose copy the host refuses, and takes the others', async () => {
    const noRsync = failureOf('rsync', ['--version']);
    if (noRsync !== undefined) {
      didNotRun('an archive on another host', noRsync);
      return;
    }
    using workspace = sized([100, 100, 100], { to: 'gone.example:FAR/n{{ n }}' });
    const far = workspace.path('far');
    workspace.write('project.yaml', workspace.read('project.yaml').replace('FAR', far));
    workspace.write('bin/ssh', REFUSING_SSH);
    chmodSync(workspace.path('bin/ssh'), 0o755);
    const env = { PATH: `${workspace.path('bin')}:${process.env['PATH'] ?? ''}` };

    const ended = await workspace.run([], { env });

    expectEnd(ended, 1);
    expect(ended.failed.map((task) => task.split('/')[0])).toEqual(['ens.archive']);
    expect(ended.failures[0]?.message).toContain('gone.example');
    expect(ended.failures[0]?.message).toContain('Connection refused');
    expect(workspace.names('ens')).toEqual(['n2']);
    expect(workspace.names('far/n1')).toEqual(['data.bin', 'run.sh']);
    expect(workspace.names('far/n3')).toEqual(['data.bin', 'run.sh']);
    expect(workspace.counts('ran-')).toEqual(ONCE);
  });
});

describe.concurrent('a template', SLOW, () => {
  it.each([
    ['undefined', '{{ depths[n].name }}', 'run.sh.j2:2'],
    ['a division by zero', '{{ 1 // (n - 2) }}', 'run.sh.j2:2'],
  ])(
    'that fails for one member only (%s) fails that one, and says where',
    async (_what, bad, place) => {
      using workspace = new EnsembleWorkspace({
        'template/run.sh.j2': `echo ran >> "$EFFECTS/ran-{{ n }}"\n# ${bad}\n`,
      });
      workspace.ensemble({
        template: 'template',
        job: 'run.sh',
        matrix: { n: [1, 2, 3] },
        parameters: { depths: { '1': { name: 'a' }, '3': { name: 'c' } } },
        archive: { to: 'archive/{{ member.id }}', remove: true },
        after: [{ run: 'echo after >> trace.txt' }],
      });
      workspace.write(
        'template/run.sh.j2',
        workspace.read('template/run.sh.j2').replace('depths[n]', 'depths[n | string]'),
      );

      const ended = await workspace.run();

      expectEnd(ended, 1);
      expect(ended.failed).toEqual([expect.stringMatching(/^ens\.directory\/.*n=2/)]);
      expect(ended.failures[0]?.message).toContain(place);
      expect(workspace.names('ens')).toEqual([]);
      expect(workspace.names('archive')).toHaveLength(2);
      expect(workspace.counts('ran-')).toEqual({ '1': 1, '3': 1 });
      expect(workspace.lines('trace.txt')).toEqual(['after']);
      const why = await workspace.call('why', ended.failed[0] ?? '');
      expect(why.stdout).toContain(place);
    },
  );
});
