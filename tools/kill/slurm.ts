import { notOnce, type Trial } from './trial.ts';

const MEMBERS = 200;
const NUMBERS = Array.from({ length: MEMBERS }, (_, at) => at);

/** An ensemble on SLURM, as many arrays as its limit of jobs needs. */
export const slurm: Trial = {
  tasks: MEMBERS * 5,
  results: 'archive',
  needs: 'slurm',
  longestLife: 4_000,
  files: {
    'project.yaml': `name: kill
plugins: ["@orchestrate/flows-ensemble", "@orchestrate/backend-slurm"]
backends: { hpc: { use: slurm, pollSeconds: 0.5, queueSeconds: 2, settleSeconds: 5 } }
flows:
  grow:
    use: ensemble
    backend: hpc
    with:
      template: template
      job: run.sh
      matrix: { n: { range: [0, ${MEMBERS - 1}, 1] } }
      jobs: 60
      post: [{ run: "echo ran >> ../../effects/post-{{ n }}" }]
      archive: { to: "archive/{{ member.id }}", remove: true }
`,
    'template/run.sh.j2': `#!/bin/bash
sleep 0.3
seq {{ n }} 400 > numbers.txt
echo ran >> ../../effects/job-{{ n }}
`,
  },
  broken: (folder) =>
    notOnce(
      folder,
      NUMBERS.flatMap((n) => [`job-${n}`, `post-${n}`]),
    ),
};
