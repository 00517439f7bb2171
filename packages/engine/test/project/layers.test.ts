import { describe, expect, it } from 'vitest';
import { linesOf, SMALL, Workspace } from './workspace.ts';

const HPC = `${SMALL}backends:
  hpc: { use: local, slots: 40, ssh: { host: login, user: me } }
profiles:
  laptop: { backends: { hpc: { slots: 4, ssh: null } } }
  cloud: { backends: { hpc: { use: cloud, region: north } } }
  careful: { backends: { hpc: { mode: careful, slots: 1 } } }
`;

async function hpc(options: { profiles?: string[]; set?: string[] }) {
  using workspace = new Workspace({ 'project.yaml': HPC });
  return (await workspace.load(options)).backends.get('hpc')?.config;
}

describe('profiles', () => {
  it('merge maps, replace the rest and remove by null', async () => {
    expect(await hpc({ profiles: ['laptop'] })).toEqual({ slots: 4 });
  });

  it('are laid on in the order given', async () => {
    expect(await hpc({ profiles: ['laptop', 'careful'] })).toEqual({ slots: 1, mode: 'careful' });
    expect(await hpc({ profiles: ['careful', 'laptop'] })).toEqual({ slots: 4, mode: 'careful' });
  });

  it('replace an entry whose plugin they change', async () => {
    expect(await hpc({ profiles: ['cloud'] })).toEqual({ region: 'north' });
  });

  it('have to be known', async () => {
    expect(await linesOf(HPC, { profiles: ['labtop'] })).toEqual([
      'project.yaml:8:1 profiles: there is no profile "labtop" (did you mean "laptop"?)',
    ]);
  });

  it('are checked for keys even when they are not chosen', async () => {
    expect(await linesOf(`${SMALL}profiles: { a: { backend: {} } }\n`)).toEqual([
      'project.yaml:6:18 profiles.a.backend: unknown key (did you mean "backends"?)',
    ]);
  });

  it('keep the place of what they bring', async () => {
    const text = `${HPC}  odd: { backends: { hpc: { slots: many } } }\n`;

    expect(await linesOf(text, { profiles: ['odd'] })).toEqual(
      ['project.yaml:12:36 backends.hpc.slots: expected number, got string "many" '].map((line) =>
        line.trim(),
      ),
    );
  });
});

describe('--set', () => {
  it('changes, adds and removes values', async () => {
    const set = ['backends.hpc.slots=7', 'backends.hpc.mode=fast', 'backends.hpc.ssh=null'];

    expect(await hpc({ set })).toEqual({ slots: 7, mode: 'fast' });
  });

  it('wins over profiles', async () => {
    expect(await hpc({ profiles: ['laptop'], set: ['backends.hpc.slots=9'] })).toEqual({
      slots: 9,
    });
  });

  it('chooses another plugin whatever the order', async () => {
    const expected = { region: 'south' };

    expect(await hpc({ set: ['backends.hpc.use=cloud', 'backends.hpc.region=south'] })).toEqual(
      expected,
    );
    expect(await hpc({ set: ['backends.hpc.region=south', 'backends.hpc.use=cloud'] })).toEqual(
      expected,
    );
  });

  it('takes lists, maps, positions and quoted keys', async () => {
    using workspace = new Workspace({ 'project.yaml': SMALL });
    const set = [
      'flows.hello.tasks.greet.run=[echo, hi]',
      'flows.hello.tasks.greet.run[1]=bye',
      'flows.hello.tasks.greet.environment."A.B"=x=y',
    ];

    const { flows } = await workspace.load({ set });

    expect(flows[0]?.config).toEqual({
      tasks: { greet: { run: ['echo', 'bye'], environment: { 'A.B': 'x=y' } } },
    });
  });

  it.each([
    ['backends.hpc.slot=4', '--set backends.hpc.slot: unknown key (did you mean "slots"?)'],
    ['backends.hpc.slots=many', '--set backends.hpc.slots: expected number, got string "many"'],
    [
      'backends.hpc.slots',
      '--set backends.hpc.slots: expected path=value (for example --set backends.hpc.slots=4)',
    ],
    [
      'backends..slots=4',
      '--set backends..slots: expected a path like backends.hpc.slots before the `=`',
    ],
    [
      'name.first=4',
      '--set name.first: leads into something that is no map, or beyond the end of a list',
    ],
    [
      'name=',
      `--set name: there is no value after the \`=\` (write name=null to remove it, or name='""' for an empty text)`,
    ],
    [
      'name=[a',
      '--set name: a bracket is not closed: expected ] (or the lines within the brackets need more indentation)',
    ],
  ])('locates what is wrong with %s', async (setting, expected) => {
    expect(await linesOf(HPC, { set: [setting] })).toEqual([expected]);
  });
});

describe('include', () => {
  it('puts the file over those it includes, later ones over earlier ones', async () => {
    using workspace = new Workspace({
      'project.yaml': `include: [one.yaml, conf/two.yaml]\n${SMALL}backends: { hpc: { slots: 3 } }\n`,
      'one.yaml':
        'backends: { hpc: { use: local, slots: 1, mode: fast } }\nlimits: { a: 1, b: 1 }\n',
      'conf/two.yaml': 'include: three.yaml\nbackends: { hpc: { slots: 2, mode: careful } }\n',
      'conf/three.yaml': 'limits: { b: 3 }\n',
    });

    const project = await workspace.load();

    expect(project.backends.get('hpc')?.config).toEqual({ slots: 3, mode: 'careful' });
    expect(project.limits).toEqual({ a: 1, b: 3 });
    expect(project.effective).not.toHaveProperty('include');
  });

  it('names the included file in problems', async () => {
    using workspace = new Workspace({
      'project.yaml': `include: conf/hpc.yaml\n${SMALL}`,
      'conf/hpc.yaml': 'backends:\n  hpc:\n    use: local\n    slots: x\n',
    });

    expect(await workspace.lines()).toEqual([
      'conf/hpc.yaml:4:12 backends.hpc.slots: expected number, got string "x"',
    ]);
  });

  it('reports circles and missing files', async () => {
    using workspace = new Workspace({
      'project.yaml': `include: [a.yaml, gone.yaml]\n${SMALL}`,
      'a.yaml': 'include: b.yaml\n',
      'b.yaml': 'include: a.yaml\n',
    });

    expect(await workspace.lines()).toEqual(
      [
        'b.yaml:1:10 include[0]: files include each other: a.yaml -> b.yaml -> a.yaml (paths are relative to the file that names them)',
        'project.yaml:1:19 include[1]: there is no file "gone.yaml" (paths are relative to the file that names them)',
      ].map((line) => expect.stringContaining(line.split(' (')[0] ?? '')),
    );
  });

  it('keeps profiles of an included file, and lets the file change them', async () => {
    using workspace = new Workspace({
      'project.yaml': `include: base.yaml\n${SMALL}profiles: { small: { backends: { hpc: { mode: null } } } }\n`,
      'base.yaml':
        'backends: { hpc: { use: local, mode: fast } }\nprofiles: { small: { backends: { hpc: { slots: 1 } } } }\n',
    });

    const { backends } = await workspace.load({ profiles: ['small'] });

    expect(backends.get('hpc')?.config).toEqual({ slots: 1 });
  });
});
