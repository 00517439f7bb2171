import { describe, expect, it } from 'vitest';
import { isProjectProblems } from '../../src/project/project-problems.ts';
import { SMALL, Workspace } from './workspace.ts';

/** How many mutated files are tried; `ORCHESTRATE_FUZZ_FILES=100000` tries more. */
const FILES = Number(
  (import.meta as { env?: Record<string, string> }).env?.['ORCHESTRATE_FUZZ_FILES'] ?? 10_000,
);
const SLOWEST_MS = 2000;

/** Files that are right, with everything a project can hold. */
const GOOD = [
  SMALL,
  `# A sweep on a cluster
name: wavi-sensitivity
storage:
  archive: { use: local, path: ./out }
backends:
  hpc: &hpc
    use: local
    slots: 40
    ssh: { host: login.hpc.example, user: me }
  spare: *hpc
defaults: { backend: hpc }
limits: { hpc-jobs: 40 }
flows:
  sensitivity:
    use: sweep
    with: { template: ./template, matrix: { thickness: [100.0, 2e2], on: yes, time: 12:30:00 } }
  report:
    needs: [sensitivity]
    tasks:
      gather: { run: "python gather.py \${env:HOME:-/tmp}" }
      plot: { needs: gather, run: ["python", "plot.py"], environment: { KEY: "\${secret:KEY}" } }
run: { keepGoing: true, patience: 1h30m }
profiles:
  laptop: { backends: { hpc: { slots: 4, ssh: null } } }
`,
  `name: "quoted \\u00e9"
include: [part.yaml]
flows:
  a:
    tasks:
      "long text":
        run: |
          set -e
          echo 'multi' "line"   # not a comment
      ? explicit
      : run: >-
          folded
          text
  b: { needs: a, tasks: { t: { run: [a, "b c", 'd'], matrix: { x: [1, 2.50, 0x1F, .inf, ~] } } } }
`,
];

/** Pieces that mean something to the reader, or to something behind it. */
const TOKENS = [
  ': ',
  '- ',
  '? ',
  '[',
  ']',
  '{',
  '}',
  ',',
  '&a ',
  '*a',
  '*hpc',
  '<<: ',
  '!!str ',
  '!x ',
  '|\n',
  '>-\n',
  '"',
  "'",
  '#',
  '%YAML 1.1\n',
  '---\n',
  '...\n',
  '\t',
  '\r\n',
  '\u{FEFF}',
  '\0',
  '\u{2028}',
  '\u{1F600}',
  '${env:',
  '${secret:KEY}',
  '}',
  '__proto__: 1\n',
  'constructor',
  'null',
  '~',
  '.nan',
  '1e999',
  '012',
  '0o8',
  '-',
  '@',
  '`',
  'include: project.yaml\n',
  'plugins: [./x.ts]\n',
  'profiles:\n',
  'use: slurm',
  'name: x\n',
  '\n\n',
  '  ',
  '\\',
  '\\x',
  '\\u12',
] as const;

/** A small generator with good spread, so that a seed names a file for ever (mulberry32). */
function generator(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

type Mutation = (bytes: Buffer, random: (below: number) => number) => Buffer;

const insert = (bytes: Buffer, at: number, piece: Uint8Array) =>
  Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);

const MUTATIONS: readonly Mutation[] = [
  (bytes, random) => {
    const flipped = Buffer.from(bytes);
    const at = random(flipped.length);
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
    return flipped;
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random(20))]);
  },
  (bytes, random) => {
    const at = random(bytes.length);
    return insert(bytes, random(bytes.length), bytes.subarray(at, at + 1 + random(60)));
  },
  (bytes, random) =>
    insert(bytes, random(bytes.length), Buffer.from(TOKENS[random(TOKENS.length)] ?? '')),
  (bytes, random) => {
    const lines = bytes.toString('latin1').split('\n');
    const [one, other] = [random(lines.length), random(lines.length)];
    [lines[one], lines[other]] = [lines[other] ?? '', lines[one] ?? ''];
    return Buffer.from(lines.join('\n'), 'latin1');
  },
  (bytes, random) => {
    const words = bytes.toString('latin1').split(/(?<=\W)|(?=\W)/);
    const [one, other] = [random(words.length), random(words.length)];
    words[one] = words[other] ?? '';
    return Buffer.from(words.join(''), 'latin1');
  },
  (bytes, random) => {
    const piece = ['[', '{', '- ', '{a: ', '[[', '? '][random(6)] ?? '[';
    return insert(bytes, random(bytes.length), Buffer.from(piece.repeat(1 + random(300))));
  },
  (bytes, random) =>
    insert(bytes, random(bytes.length), Buffer.alloc(1 + random(20_000), 33 + random(94))),
  (bytes, random) => bytes.subarray(0, random(bytes.length)),
];

function mutated(seed: number): Buffer {
  const random = generator(seed);
  let bytes: Buffer = Buffer.from(GOOD[seed % GOOD.length] ?? '');
  for (let rounds = 1 + random(4); rounds > 0; rounds -= 1) {
    bytes = (MUTATIONS[random(MUTATIONS.length)] ?? MUTATIONS[0])?.(bytes, random) ?? bytes;
    if (bytes.length === 0) return bytes;
  }
  return bytes;
}

describe('the loader, given mutated files', () => {
  it.each(GOOD.map((text, index) => [index, text] as const))(
    'accepts file %i as it is, or but for its name',
    async (_index, text) => {
      using workspace = new Workspace({
        'project.yaml': text.replace('"quoted \\u00e9"', 'q'),
        'part.yaml': 'limits: { a: 1 }\n',
      });

      const project = await workspace.load({ env: { ORCHESTRATE_SECRET_KEY: 'hunter22' } });

      expect(project.flows.length).toBeGreaterThan(0);
    },
  );

  it(`loads or names located problems, and neither throws anything else nor hangs (${FILES} files)`, {
    timeout: 600_000,
  }, async () => {
    using workspace = new Workspace({ 'part.yaml': 'limits: { a: 1 }\n' });
    const wrong: string[] = [];
    let loaded = 0;

    for (let seed = 0; seed < FILES; seed += 1) {
      workspace.write('project.yaml', mutated(seed));
      const began = performance.now();
      const verdict = await verdictOn(workspace);
      const took = performance.now() - began;
      if (verdict === 'loaded') loaded += 1;
      else if (verdict !== 'refused') wrong.push(`seed ${seed}: ${verdict}`);
      if (took > SLOWEST_MS) wrong.push(`seed ${seed}: took ${took} ms`);
    }

    expect(wrong).toEqual([]);
    expect(loaded).toBeGreaterThan(0);
    expect(loaded).toBeLessThan(FILES);
  });
});

async function verdictOn(workspace: Workspace): Promise<string> {
  try {
    await workspace.load({ env: { ORCHESTRATE_SECRET_KEY: 'hunter22' } });
    return 'loaded';
  } catch (error) {
    if (!isProjectProblems(error))
      return error instanceof Error ? (error.stack ?? error.message) : String(error);
    const located = error.problems.some(
      ({ severity, file, line, column }) =>
        severity === 'error' && file !== '' && line >= 1 && column >= 1,
    );
    return located ? 'refused' : 'no located error';
  }
}
