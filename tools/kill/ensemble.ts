import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Broken, notOnce, type Trial } from './trial.ts';

const MEMBERS = 60;
const NUMBERS = Array.from({ length: MEMBERS }, (_, at) => at);

/** Names in a folder that a finished ensemble leaves; none where it was removed. */
function leftIn(folder: string, expected: readonly string[]): Broken {
  const names = existsSync(folder) ? readdirSync(folder) : [];
  return names.filter((name) => !expected.includes(name)).map((name) => `${name} is left over`);
}

function changed(folder: string, files: Readonly<Record<string, string>>): Broken {
  return Object.entries(files).flatMap(([path, text]) => {
    const file = join(folder, path);
    return existsSync(file) && readFileSync(file, 'utf8') === text ? [] : [`${path} was changed`];
  });
}

const NATIVE: Readonly<Record<string, string>> = {
  'project.yaml': `name: kill
plugins: ["@orchestrate/flows-ensemble"]
backends: { local: { use: local, slots: 2 } }
flows:
  grow:
    use: ensemble
    with:
      template: template
      job: run.sh
      matrix: { n: { range: [0, ${MEMBERS - 1}, 1] } }
      members: 12
      pre: [{ run: "echo ran >> ../../effects/pre-{{ n }}" }]
      post: [{ run: "echo ran >> ../../effects/post-{{ n }}" }]
      archive: { to: "archive/{{ member.id }}", remove: true }
`,
  'template/run.sh.j2': `#!/bin/bash
sleep 0.05
seq {{ n }} 400 > numbers.txt
echo ran >> ../../effects/job-{{ n }}
`,
  'template/input/settings.txt.j2': '{% for i in range(200) %}{{ n }} {{ i }}\n{% endfor %}\n',
  'template/input/plain.txt': 'plain\n',
};

/** A native ensemble that archives and removes its members. */
export const ensemble: Trial = {
  tasks: MEMBERS * 6,
  results: 'archive',
  files: NATIVE,
  broken: (folder) => [
    ...notOnce(
      folder,
      NUMBERS.flatMap((n) => [`pre-${n}`, `job-${n}`, `post-${n}`]),
    ),
    ...leftIn(join(folder, 'grow'), []),
    ...changed(folder, NATIVE),
  ],
};

const RUNS = NUMBERS.map((n) => `    - {n: ${n}, depth: ${n}.0}`).join('\n');

const UPSTREAM: Readonly<Record<string, string>> = {
  'project.yaml': `name: kill
plugins: ["@orchestrate/flows-ensemble"]
backends: { local: { use: local, slots: 2 } }
flows:
  old: { use: ensemble, with: { file: grid.yaml, checkEvery: 0.2s } }
`,
  'grid.yaml': `ensemble:
  vars: {}
  pre_process: []
  post_process: []
  batches:
  - name: grid
    basedir: ./cases
    templatedir: template
    templates: [run.sh.j2]
    job_file: run.sh
    cluster: short
    maxruns: 12
    maxjobs: 4
    repeat: true
    pre_batch: []
    pre_run:
    - {name: check, args: {cmd: 'test ! -e outfile', fail: true}}
    runs:
${RUNS}
    post_run:
    - {name: check, args: {cmd: 'test -f outfile', fail: true}}
    - {name: execute, args: {cmd: 'echo ran >> ../../effects/post-$(basename "$PWD")'}}
    - {name: move, args: {dest: ../../archive}}
    - {name: remove}
    post_batch:
    - {name: check, args: {cmd: '[ "$(ls -d ../archive/grid-* 2> /dev/null | wc -l)" -lt ${MEMBERS} ]', fail: true}}
`,
  'cases/template/run.sh.j2': `#!/bin/bash
sleep 0.05
if [ -f first ]; then
  seq {{ run.n }} 400 > outfile
  echo ran >> ../../effects/second-{{ run.id }}
else
  echo {{ run.depth }} > first
  echo ran >> ../../effects/first-{{ run.id }}
fi
`,
  'cases/template/input/plain.txt': 'plain\n',
};

/** An ensemble of model-ensembler whose members need two cycles, and are archived then. */
export const upstream: Trial = {
  tasks: MEMBERS * 10,
  results: 'archive',
  files: UPSTREAM,
  broken: (folder) => [
    ...notOnce(
      folder,
      NUMBERS.flatMap((n) => [`first-grid-${n}`, `second-grid-${n}`, `post-grid-${n}`]),
    ),
    ...leftIn(join(folder, 'cases'), ['template']),
    ...changed(folder, UPSTREAM),
  ],
};
