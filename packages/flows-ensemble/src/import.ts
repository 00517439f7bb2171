import { posix } from 'node:path';
import { fileProject } from './import/file-project.ts';
import { type Finding, findingsOf } from './import/findings.ts';
import type { ImportSetting } from './import/import-setting.ts';
import { nativeProject } from './import/native-project.ts';
import { writeReport } from './import/write-report.ts';
import type { UpstreamBatch } from './upstream/model.ts';
import { readUpstream } from './upstream/read-upstream.ts';

/** What a configuration of model-ensembler becomes. */
export interface ImportedProject {
  /** Text of a project file. */
  readonly project: string;
  /** Markdown: every reliance on a trap of model-ensembler with its place, and what a person has to decide. */
  readonly report: string;
  /** What it relies on, by kind, worst first. */
  readonly findings: readonly Finding[];
  /** One sentence each. */
  readonly decisions: readonly string[];
  /** Folders of its templates, relative to the folder from which it was started, or absolute. */
  readonly templates: readonly string[];
  /** Folders of its runs, in the same way. */
  readonly runs: readonly string[];
}

function inBase({ basedir }: UpstreamBatch, path: string): string {
  return posix.isAbsolute(path) ? path : posix.join(basedir, path);
}

/**
 * Makes a project file of a configuration of model-ensembler 0.5 to 0.7. Pure.
 * `file`: its path below the project, as the project file is to name it.
 * @throws UPSTREAM_INVALID with every problem at its place, in `details.problems`
 */
export function importUpstream(
  text: string,
  file: string,
  setting: ImportSetting = {},
): ImportedProject {
  const ensemble = readUpstream(text, file);
  const findings = findingsOf(ensemble.warnings);
  const { project, decisions } =
    setting.native === true
      ? nativeProject(ensemble, setting)
      : { project: fileProject(file, setting), decisions: [] };
  return {
    project,
    report: writeReport(file, findings, decisions),
    findings,
    decisions,
    templates: [...new Set(ensemble.batches.map((batch) => inBase(batch, batch.templatedir)))],
    runs: ensemble.batches.flatMap((batch) =>
      batch.runs.map((_run, index) => inBase(batch, `${batch.name}-${index}`)),
    ),
  };
}
