import { countOf } from '../output/quantity-text.ts';
import { contentOf, METADATA_FILE, PROJECT_FILE, traceFiles } from './crate-files.ts';
import { localId } from './crate-ids.ts';
import { outputEntities } from './crate-outputs.ts';
import { parameterEntities } from './crate-parameters.ts';
import { LANGUAGE, softwareEntities } from './crate-software.ts';
import { type CrateParts, type Entity, referTo, referToAll } from './crate-types.ts';
import { isoTime } from './run-summary.ts';

const RO_CRATE = 'https://w3id.org/ro/crate/1.1';
const WORKFLOW_RO_CRATE = 'https://w3id.org/workflowhub/workflow-ro-crate/1.0';
const TERMS = 'https://w3id.org/ro/terms/workflow-run/context';

/** Profiles a record keeps to: https://www.researchobject.org/workflow-run-crate/profiles/. */
const PROFILES: readonly Entity[] = [
  ['https://w3id.org/ro/wfrun/process/0.5', 'Process Run Crate', '0.5'],
  ['https://w3id.org/ro/wfrun/workflow/0.5', 'Workflow Run Crate', '0.5'],
  [WORKFLOW_RO_CRATE, 'Workflow RO-Crate', '1.0'],
].map(([id = '', name, version]) => ({ '@id': id, '@type': 'CreativeWork', name, version }));

const SPDX_NAME = /^[A-Za-z0-9][A-Za-z0-9.+-]*$/;

/** The licence as an entity where it has a URI; words of another kind stay words. */
function licenseOf(license: string | undefined): readonly [value: unknown, Entity[]] {
  if (license === undefined) return [undefined, []];
  const isUrl = URL.canParse(license);
  if (!isUrl && !SPDX_NAME.test(license)) return [license, []];
  const id = isUrl ? license : `https://spdx.org/licenses/${license}`;
  return [{ '@id': id }, [{ '@id': id, '@type': 'CreativeWork', name: license }]];
}

const STATUS: Readonly<Record<string, string>> = {
  succeeded: 'http://schema.org/CompletedActionStatus',
  failed: 'http://schema.org/FailedActionStatus',
  cancelled: 'http://schema.org/FailedActionStatus',
  running: 'http://schema.org/ActiveActionStatus',
  unfinished: 'http://schema.org/ActiveActionStatus',
};

function errorOf({ facts: { head, view } }: CrateParts): string | undefined {
  if (head.state !== 'failed' && head.state !== 'cancelled') return undefined;
  const [first] = view.failures;
  if (first?.failure === undefined) return `The run was ${head.state}.`;
  const { failure, message } = first.failure;
  const failed = countOf(head.counts.failed ?? 0, 'task');
  return `${failed} failed; first ${first.name} (${failure}): ${message}`;
}

/** A moment with its zone as a number: what the profile's examples have. */
function zonedTime(millisecondsSince1970: number): string {
  return isoTime(millisecondsSince1970).replace('Z', '+00:00');
}

function actionOf(parts: CrateParts, entities: Pick<Graph, 'outputs' | 'actual'>): Entity {
  const { facts } = parts;
  const { head, line } = facts;
  const hosts = [...new Set(head.leaders.map(({ host }) => host))];
  return {
    '@id': localId('run', head.run),
    '@type': 'CreateAction',
    name: `Run ${head.run} of ${head.project}`,
    description: `Led from ${hosts.join(', ')}; ${countOf(head.tasks, 'task')}.`,
    instrument: { '@id': PROJECT_FILE },
    startTime: zonedTime(head.beganAt),
    ...(line.endedAt === undefined ? {} : { endTime: zonedTime(line.endedAt) }),
    actionStatus: STATUS[head.state],
    error: errorOf(parts),
    object: referToAll(entities.actual),
    result: referToAll(entities.outputs),
  };
}

interface Graph {
  readonly outputs: readonly Entity[];
  readonly formal: readonly Entity[];
  readonly actual: readonly Entity[];
  readonly software: readonly Entity[];
}

function workflowOf({ facts, files }: CrateParts, { formal, software }: Graph): Entity {
  const file = files.find(({ name }) => name === PROJECT_FILE);
  return {
    '@id': PROJECT_FILE,
    '@type': ['File', 'SoftwareSourceCode', 'ComputationalWorkflow'],
    name: facts.head.project,
    description: 'The project as it was effective, with references in the place of secrets.',
    encodingFormat: 'application/yaml',
    programmingLanguage: referTo(LANGUAGE),
    version: facts.projectDigest,
    ...(file === undefined ? {} : contentOf(file)),
    softwareRequirements: referToAll(software),
    input: referToAll(formal),
  };
}

/** RO-Crate metadata (JSON-LD) of the record of a run: a Workflow Run Crate of the project file and what it made. */
export function crateOf(parts: CrateParts): {
  readonly '@context': unknown;
  readonly '@graph': Entity[];
} {
  const { facts, files, recordedAt, license: named } = parts;
  const { head } = facts;
  const parameters = parts.parameters.map(parameterEntities);
  const graph: Graph = {
    outputs: outputEntities(parts.outputs),
    formal: parameters.map(({ formal }) => formal),
    actual: parameters.map(({ actual }) => actual),
    software: softwareEntities(facts),
  };
  const action = actionOf(parts, graph);
  const workflow = workflowOf(parts, graph);
  const traces = traceFiles(files, referTo(action));
  const [license, licenses] = licenseOf(named);
  return {
    '@context': [`${RO_CRATE}/context`, TERMS],
    '@graph': [
      {
        '@id': METADATA_FILE,
        '@type': 'CreativeWork',
        about: { '@id': './' },
        conformsTo: [{ '@id': RO_CRATE }, { '@id': WORKFLOW_RO_CRATE }],
      },
      {
        '@id': './',
        '@type': 'Dataset',
        name: `${head.project} ${head.run}`,
        description: `Record of run ${head.run} of the project ${head.project}: ${head.state}, ${countOf(head.tasks, 'task')}.`,
        datePublished: isoTime(recordedAt),
        license,
        conformsTo: PROFILES.map(referTo),
        mainEntity: { '@id': PROJECT_FILE },
        mentions: referTo(action),
        hasPart: [workflow, ...traces, ...graph.outputs].map(referTo),
      },
      workflow,
      action,
      LANGUAGE,
      ...PROFILES,
      ...licenses,
      ...graph.software,
      ...graph.formal,
      ...graph.actual,
      ...traces,
      ...graph.outputs,
    ],
  };
}
