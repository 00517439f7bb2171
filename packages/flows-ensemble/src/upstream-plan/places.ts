import { isAbsolute, join, normalize, relative } from 'node:path';
import type { UpstreamBatch } from '../upstream/model.ts';

/** Where things of an upstream ensemble are; absolute paths. */
export class UpstreamPlaces {
  readonly project: string;
  /** Folder from which the ensemble would have been started. */
  readonly launch: string;

  constructor(project: string, launch: string) {
    this.project = project;
    this.launch = normalize(join(project, launch)).replace(/\/$/, '');
  }

  basedir(batch: UpstreamBatch): string {
    const { basedir } = batch;
    return normalize(isAbsolute(basedir) ? basedir : join(this.launch, basedir)).replace(/\/$/, '');
  }

  /** Upstream looks for the template from inside the basedir. */
  template(batch: UpstreamBatch): string {
    const { templatedir } = batch;
    const base = this.basedir(batch);
    return normalize(isAbsolute(templatedir) ? templatedir : join(base, templatedir)).replace(
      /\/$/,
      '',
    );
  }

  /** Path below the project; `undefined` for one that is elsewhere. */
  inProject(path: string): string | undefined {
    const below = relative(this.project, path);
    return below.startsWith('..') || isAbsolute(below) ? undefined : below;
  }
}
