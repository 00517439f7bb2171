import type { Entity } from '../src/record/crate-types.ts';

/** Metadata as they are read back. */
export interface Metadata {
  readonly '@context': unknown;
  readonly '@graph': readonly Entity[];
}

const CRATE = 'https://w3id.org/ro/crate/1.1';
const WORKFLOW_RUN = 'https://w3id.org/ro/wfrun/workflow/0.5';
const FAILED = 'http://schema.org/FailedActionStatus';
/** What the profile lets an action use and make. */
const USED = ['File', 'Dataset', 'CreativeWork', 'PropertyValue'];
const IRI = /^[^\s<>"{}|\\^`]+$/u;
const DATE = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

function listOf(value: unknown): readonly unknown[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
}

function idsIn(value: unknown): string[] {
  return listOf(value).map((one) => (one as { readonly '@id': string })['@id']);
}

function isOf(entity: Entity | undefined, type: string): boolean {
  return listOf(entity?.['@type']).includes(type);
}

/** Every `{ "@id": ... }` anywhere inside an entity. */
function* references(value: unknown): Generator<string> {
  if (Array.isArray(value)) for (const inner of value) yield* references(inner);
  else if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value);
    if (entries.length === 1 && entries[0]?.[0] === '@id') yield String(entries[0][1]);
    else for (const [, inner] of entries) yield* references(inner);
  }
}

/** Rules of RO-Crate 1.1 and of the Workflow Run Crate profile 0.5 that metadata break; one sentence each. */
export class CrateRules {
  readonly problems: string[] = [];
  readonly #metadata: Metadata;
  readonly #entities: ReadonlyMap<string, Entity>;

  constructor(metadata: Metadata) {
    this.#metadata = metadata;
    this.#entities = new Map(metadata['@graph'].map((entity) => [entity['@id'], entity]));
  }

  check(): readonly string[] {
    this.#graph();
    this.#root();
    this.#dataEntities();
    this.#actions();
    this.#parameters();
    return this.problems;
  }

  #must(isKept: boolean, rule: string): void {
    if (!isKept) this.problems.push(rule);
  }

  #all(type: string): readonly Entity[] {
    return this.#metadata['@graph'].filter((entity) => isOf(entity, type));
  }

  #graph(): void {
    const graph = this.#metadata['@graph'];
    const context = listOf(this.#metadata['@context']);
    this.#must(context.includes(`${CRATE}/context`), 'the context is that of RO-Crate 1.1');
    this.#must(this.#entities.size === graph.length, 'an @id stands once');
    for (const entity of graph) {
      this.#must(IRI.test(entity['@id']), `${entity['@id']} is an IRI reference`);
      this.#must(listOf(entity['@type']).length > 0, `${entity['@id']} has a type`);
      for (const id of references(Object.values(entity))) {
        this.#must(id === CRATE || this.#entities.has(id), `${id} is described`);
      }
    }
  }

  #root(): void {
    const descriptor = this.#entities.get('ro-crate-metadata.json');
    this.#must(isOf(descriptor, 'CreativeWork'), 'the descriptor is a CreativeWork');
    this.#must(idsIn(descriptor?.['about'])[0] === './', 'the descriptor is about the root');
    this.#must(idsIn(descriptor?.['conformsTo']).includes(CRATE), 'the descriptor names RO-Crate');
    const root = this.#entities.get('./');
    this.#must(isOf(root, 'Dataset'), 'the root is a Dataset');
    for (const name of ['name', 'description']) {
      this.#must(typeof root?.[name] === 'string', `the root has a ${name}`);
    }
    this.#must(DATE.test(String(root?.['datePublished'])), 'the root has a date');
    this.#must(idsIn(root?.['conformsTo']).includes(WORKFLOW_RUN), 'the root names the profile');
    const main = this.#entities.get(idsIn(root?.['mainEntity'])[0] ?? '');
    for (const type of ['File', 'SoftwareSourceCode', 'ComputationalWorkflow']) {
      this.#must(isOf(main, type), `the main entity is a ${type}`);
    }
    const language = this.#entities.get(idsIn(main?.['programmingLanguage'])[0] ?? '');
    this.#must(isOf(language, 'ComputerLanguage'), 'the main entity has a language');
  }

  #dataEntities(): void {
    const parts = new Set(idsIn(this.#entities.get('./')?.['hasPart']));
    const all = [...this.#all('File'), ...this.#all('Dataset')];
    for (const entity of all.filter((one) => one['@id'] !== './')) {
      const id = entity['@id'];
      this.#must(parts.has(id), `${id} is part of the root`);
      this.#must(URL.canParse(id, 'file:///crate/'), `${id} is a URI`);
      this.#must(
        /^\d+$/.test(String(entity['contentSize'])),
        `${id} has a size, as digits in a text`,
      );
    }
    for (const id of parts) {
      const part = this.#entities.get(id);
      this.#must(isOf(part, 'File') || isOf(part, 'Dataset'), `${id} is a File or Dataset`);
    }
  }

  #actions(): void {
    const root = this.#entities.get('./');
    const actions = this.#all('CreateAction');
    this.#must(actions.length === 1, 'there is one action');
    for (const action of actions) {
      const main = idsIn(root?.['mainEntity'])[0];
      this.#must(idsIn(action['instrument'])[0] === main, 'the action used the main entity');
      this.#must(idsIn(root?.['mentions']).includes(action['@id']), 'the root mentions the action');
      this.#must(DATE.test(String(action['startTime'])), 'the action has a start');
      const isFailed = action['actionStatus'] === FAILED;
      this.#must(isFailed || action['error'] === undefined, 'only a failed action has an error');
      for (const id of [...idsIn(action['object']), ...idsIn(action['result'])]) {
        const used = this.#entities.get(id);
        this.#must(
          USED.some((type) => isOf(used, type)),
          `${id} may be used or made`,
        );
      }
    }
  }

  #parameters(): void {
    for (const parameter of this.#all('FormalParameter')) {
      const id = parameter['@id'];
      this.#must(typeof parameter['additionalType'] === 'string', `${id} has a type of values`);
      const example = this.#entities.get(idsIn(parameter['workExample'])[0] ?? '');
      this.#must(
        idsIn(example?.['exampleOfWork'])[0] === id,
        `${id} and its value name each other`,
      );
    }
    for (const software of this.#all('SoftwareApplication')) {
      this.#must(typeof software['name'] === 'string', `${software['@id']} has a name`);
    }
  }
}
