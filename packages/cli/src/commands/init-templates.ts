import { basename } from 'node:path';

/** Names of the templates of `orchestrate init`. */
export type TemplateName = 'sweep' | 'minimal';

/** Where `init` writes the JSON schema that the first line of a project file names. */
export const SCHEMA_FILE = '.orchestrate/project.schema.json';

const SCHEMA_LINE = `# yaml-language-server: $schema=./${SCHEMA_FILE}`;

/** A project name made from that of the folder. */
function projectNameFor(folder: string): string {
  const name = basename(folder)
    .replaceAll(/[^A-Za-z0-9_-]+/g, '-')
    .replaceAll(/^[^A-Za-z]+|-+$/g, '')
    .slice(0, 63);
  return name === '' ? 'my-project' : name;
}

const MINIMAL = (name: string): string => `${SCHEMA_LINE}
# Two tasks, one after the other. Try:
#   orchestrate run        do it
#   orchestrate run        again: nothing is left to do
#   orchestrate why hello.shout
name: ${name}

flows:
  hello:
    tasks:
      greet:
        run: echo "hello from $(uname -s)" > {{ outputs.text }}
        outputs: { text: "out/greeting.txt" }
      shout:
        needs: greet
        run: tr a-z A-Z < {{ inputs.text }} > {{ outputs.text }}
        inputs: { text: "{{ tasks.greet.outputs.text }}" }
        outputs: { text: "out/shouting.txt" }
`;

const SWEEP = (name: string): string => `${SCHEMA_LINE}
# A parameter sweep: one small model run per point of a grid, then one table of all results.
#   orchestrate plan                        what would be done, and why
#   orchestrate run                         do it; Ctrl-C stops, \`orchestrate resume\` goes on
#   orchestrate run                         again: nothing is left to do
#   orchestrate run --set limits.models=1   one model at a time
# Change a value below and run again: only what depends on it is done.
name: ${name}

limits:
  models: 4                       # at most so many model runs at once

flows:
  sweep:
    matrix:                       # one model run for every combination
      speed: [0.5, 1.0, 2.0, 4.0]
      damping: [0.0, 0.1, 0.2]
    tasks:
      model:
        run: ["node", "model.mjs", "{{ speed }}", "{{ damping }}", "{{ outputs.series }}"]
        inputs: { code: "model.mjs" }
        outputs: { series: "out/speed={{ speed }}_damping={{ damping }}.csv" }
        limits: { models: 1 }
        resources: { cpus: 1, memory: 256Mi, time: 2m }
        retry: { attempts: 2 }
  report:
    needs: [sweep]                # once all model runs are done
    tasks:
      table:
        run: ["node", "table.mjs", "{{ outputs.table }}", "{{ flows.sweep.tasks.model.outputs.series }}"]
        inputs: { code: "table.mjs" }
        outputs: { table: "table.md" }
`;

const MODEL = `// A damped oscillator, integrated with small steps: stands in for your model.
// Usage: node model.mjs SPEED DAMPING FILE
import { writeFileSync } from 'node:fs';

const [speed, damping] = process.argv.slice(2, 4).map(Number);
const file = process.argv[4];
if (!(speed > 0) || !(damping >= 0) || file === undefined) {
  console.error('usage: node model.mjs SPEED DAMPING FILE');
  process.exit(2);
}

const stepSeconds = 0.0001;
const lines = ['seconds,position'];
let position = 1;
let velocity = 0;
for (let step = 0; step <= 200_000; step += 1) {
  if (step % 2_000 === 0) lines.push(\`\${(step * stepSeconds).toFixed(1)},\${position.toFixed(6)}\`);
  velocity += (-speed * speed * position - damping * velocity) * stepSeconds;
  position += velocity * stepSeconds;
}
console.log(\`speed \${speed}, damping \${damping}: ends at \${position.toFixed(6)}\`);
writeFileSync(file, \`\${lines.join('\\n')}\\n\`);
`;

const TABLE = `// Gathers the last position of every model run.
// Usage: node table.mjs FILE SERIES...
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';

const [file, ...series] = process.argv.slice(2);
const rows = series.map((path) => {
  const last = readFileSync(path, 'utf8').trimEnd().split('\\n').at(-1).split(',');
  return \`| \${basename(path, '.csv')} | \${last[1]} |\`;
});
writeFileSync(file, ['| run | position at the end |', '| --- | --- |', ...rows, ''].join('\\n'));
console.log(\`\${rows.length} runs\`);
`;

/** The files of a template, paths relative to the project's folder. */
export function templateFiles(
  template: TemplateName,
  folder: string,
): readonly { readonly path: string; readonly text: string }[] {
  const name = projectNameFor(folder);
  if (template === 'minimal') return [{ path: 'project.yaml', text: MINIMAL(name) }];
  return [
    { path: 'project.yaml', text: SWEEP(name) },
    { path: 'model.mjs', text: MODEL },
    { path: 'table.mjs', text: TABLE },
  ];
}
