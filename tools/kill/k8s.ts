import { WORK } from '../benchmarks/measure.ts';
import { notOnce, type Trial } from './trial.ts';

/** Where the trials' Jobs are. */
export const NAMESPACE = 'kill';
const MEMBERS = 60;
const NUMBERS = Array.from({ length: MEMBERS }, (_, at) => at);

const sweepWith = (pack: string): Trial => ({
  tasks: MEMBERS,
  results: 'out',
  needs: 'kubernetes',
  longestLife: 4_000,
  files: {
    'project.yaml': `name: kill
plugins: ["@orchestrate/backend-k8s"]
backends:
  cluster:
    use: k8s
    kubeconfig: \${env:ORCHESTRATE_TESTBED_KUBECONFIG}
    image: \${env:ORCHESTRATE_TESTBED_K8S_IMAGE}
    imagePullPolicy: Never
    namespace: ${NAMESPACE}
    graceSeconds: 1
    volumes: { work: { mountPath: ${WORK}, hostPath: { path: ${WORK} } } }
${pack}
flows:
  grow:
    backend: cluster
    matrix: { n: { range: [0, ${MEMBERS - 1}, 1] } }
    tasks:
      member:
        run: "sleep 0.5; seq {{ n }} 400 > {{ outputs.numbers }}; echo ran >> effects/member-{{ n }}"
        dir: .
        resources: { time: 60s }
        outputs: { numbers: { path: "out/{{ n }}" } }
`,
  },
  broken: (folder) =>
    notOnce(
      folder,
      NUMBERS.map((n) => `member-${n}`),
    ),
});

/** A sweep on Kubernetes whose members are Jobs of their own. */
export const k8s = sweepWith('    pack: false');
/** The same with members that share pods. */
export const k8sPacks = sweepWith('    pack: { pods: 4, least: 2 }');
