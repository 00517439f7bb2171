import { parseAddress } from '@orchestrate/core';
import { folderUri, uriOf } from './crate-ids.ts';
import type { Entity } from './crate-types.ts';
import type { OutputLine } from './output-lines.ts';
import type { OutputFolder, OutputTally } from './output-tally.ts';

const CHECKS: Readonly<Partial<Record<OutputLine['check'], string>>> = {
  changed: ' It was changed after the run; size and digest are not those of what is there now.',
  missing: ' It was not there any more when the record was made.',
};

/** Media types that ends of names stand for, of what computations often leave. */
const FORMATS: Readonly<Record<string, string>> = {
  csv: 'text/csv',
  html: 'text/html',
  json: 'application/json',
  md: 'text/markdown',
  nc: 'application/netcdf',
  ndjson: 'application/x-ndjson',
  pdf: 'application/pdf',
  png: 'image/png',
  tif: 'image/tiff',
  txt: 'text/plain',
  zip: 'application/zip',
};

function formatOf(key: string): object {
  const format = FORMATS[/\.([a-z]+)$/.exec(key)?.[1] ?? ''];
  return format === undefined ? {} : { encodingFormat: format };
}

function outputEntity(line: OutputLine): Entity {
  const { key } = parseAddress(line.address);
  return {
    '@id': uriOf(line.address),
    '@type': key.endsWith('/') ? 'Dataset' : 'File',
    name: key,
    identifier: line.address,
    description: `Output ${line.output} of task ${line.task}.${CHECKS[line.check] ?? ''}`,
    ...formatOf(key),
    contentSize: String(line.bytes),
    ...(line.sha256 === undefined ? {} : { sha256: line.sha256 }),
  };
}

function folderEntity({ storage, key, outputs, bytes }: OutputFolder): Entity {
  const folder = key === '' ? '' : `${key}/`;
  return {
    '@id': folderUri(storage, folder),
    '@type': 'Dataset',
    name: `${storage}:${folder}`,
    identifier: `${storage}:${folder}`,
    description: `Holds ${outputs} outputs of the run; outputs.ndjson names each.`,
    contentSize: String(bytes),
  };
}

/** What a run made: each output, or, when they are too many, the folders they are in. */
export function outputEntities(outputs: OutputTally): readonly Entity[] {
  const entities = outputs.listed?.map(outputEntity) ?? outputs.folders.map(folderEntity);
  // Two tasks may name one place, one after the other; an identifier stands once.
  return [...new Map(entities.map((entity) => [entity['@id'], entity])).values()];
}
