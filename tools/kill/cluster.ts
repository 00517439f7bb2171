/** What a trial runs on that is not this machine alone. */
export interface Cluster extends AsyncDisposable {
  /** What its clients need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** What it still has of the runs of a project's folder, a line each. */
  leftOf(folder: string): Promise<readonly string[]>;
}
