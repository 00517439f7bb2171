import { formatAddress, parseAddress, type Storage } from '@orchestrate/core';
import type { History, LoadedProjectFile, RunLine } from '@orchestrate/engine';
import { cliError } from '../errors.ts';
import { addLogs, buildReport } from '../report/build-report.ts';
import { renderReport } from '../report/render-report.ts';
import { cleanText, cleanValue, type RedactText } from './clean-value.ts';
import { crateOf } from './crate.ts';
import { METADATA_FILE, PROJECT_FILE } from './crate-files.ts';
import type { PublishedFile } from './crate-types.ts';
import { OutputDigests } from './output-digests.ts';
import { type OutputLine, OutputLines } from './output-lines.ts';
import { type OutputCounts, OutputTally } from './output-tally.ts';
import { OutputTrail } from './output-trail.ts';
import { ParameterTally } from './parameter-tally.ts';
import { RecordFolder } from './record-folder.ts';
import { runFacts } from './run-facts.ts';
import { parametersOf, runSummary } from './run-summary.ts';
import { yamlText } from './yaml-text.ts';

/** What is published, and where. */
export interface RecordRequest {
  readonly loaded: LoadedProjectFile;
  readonly storages: ReadonlyMap<string, Storage>;
  readonly history: History;
  readonly line: RunLine;
  /** Address of the folder below which records lie. */
  readonly to: string;
  /** Bytes of outputs on this machine that may be read for their sha256. */
  readonly digestBytes: number;
  readonly license?: string;
  /** Version of the program. */
  readonly version: string;
  /** Milliseconds since 1970. */
  readonly recordedAt: number;
}

/** A record that is published. */
export interface PublishedRecord {
  readonly run: string;
  /** Address of its folder. */
  readonly address: string;
  readonly files: readonly PublishedFile[];
  readonly outputs: OutputCounts;
}

async function* outputTexts(
  lines: AsyncIterable<OutputLine>,
  tally: OutputTally,
  redact: RedactText,
): AsyncGenerator<string> {
  for await (const line of lines) {
    tally.add(line);
    yield `${cleanText(line, redact)}\n`;
  }
}

function placeOf({ storages, to, line, loaded }: RecordRequest): [RecordFolder, string] {
  const { storage: name, key } = parseAddress(loaded.references.resolve(to));
  const storage = storages.get(name);
  if (storage === undefined) {
    const there = [...storages.keys()].join(', ');
    throw cliError('CLI_OPTION_VALUE', `there is no storage "${name}"; there are ${there}`, {
      details: { address: to },
    });
  }
  const folder = `${key.replace(/\/$/, '')}/${line.name}-${line.run}/`;
  return [new RecordFolder(storage, folder), formatAddress({ storage: name, key: folder })];
}

async function reportText({ history, line, loaded }: RecordRequest): Promise<string> {
  const { references } = loaded;
  const report = await addLogs(
    buildReport(history, line, { options: '' }),
    (task) => history.task(task, line.run).logPaths,
    (pieces) => references.redactStream(pieces),
  );
  return references.redact(renderReport(report));
}

/**
 * Publishes the record of a run: a folder that is an RO-Crate. Each file replaces an earlier one whole; the metadata come
 * last, so that a folder without them is a record that was not finished. Doing it again is harmless.
 * @throws CLI_OPTION_VALUE for an unknown storage, CLI_UNREADABLE when what was run is not known any more, and what the
 *   storage throws
 */
export async function publishRecord(request: RecordRequest): Promise<PublishedRecord> {
  const { history, line, loaded, storages, license, recordedAt } = request;
  const redact: RedactText = (text) => loaded.references.redact(text);
  const [folder, address] = placeOf(request);
  const facts = runFacts(history, line, request);
  const trail = new OutputTrail(history);
  const digests = new OutputDigests(storages, request.digestBytes);
  const [outputs, parameters] = [new OutputTally(), new ParameterTally()];

  await folder.write(PROJECT_FILE, [yamlText(cleanValue(facts.project, redact))]);
  for (const [name, value] of Object.entries(facts.kept)) {
    await folder.write(name, [cleanText(value, redact), '\n']);
  }
  const lines = new OutputLines({
    run: line.run,
    tasks: facts.tasks(),
    outputsOf: ({ set, index }) => trail.of(line.run, set, index),
    digests,
  });
  await folder.write('outputs.ndjson', outputTexts(lines, outputs, redact));
  outputs.finish(digests.counts, lines.untraced);
  const summary = runSummary(facts, outputs, {
    redact,
    recordedAt,
    onTask: (task) =>
      parameters.add(facts.index.planOf(task.set)?.flow ?? task.set, parametersOf(facts, task)),
  });
  await folder.write('run.json', summary);
  await folder.write('report.html', [await reportText(request)]);
  const crate = crateOf({
    facts,
    files: folder.files,
    outputs,
    parameters: parameters.parameters,
    recordedAt,
    ...(license === undefined ? {} : { license }),
  });
  const metadata = JSON.stringify(cleanValue(crate, redact), undefined, 1);
  await folder.write(METADATA_FILE, [metadata, '\n']);
  return { run: line.run, address, files: folder.files, outputs: outputs.counts };
}
