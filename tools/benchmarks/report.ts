/** Named figures with units in their names: `seconds`, `secondsPerTask`, `tasksPerSecond`, `peakMemoryBytes`, ... */
export type Figures = Readonly<Record<string, number>>;

/** One line of output. */
export interface Report {
  readonly bench: string;
  /** Ours and the rival's figures, keyed by case where there are several. */
  readonly ours: Figures | Readonly<Record<string, Figures>>;
  readonly rival: Figures | Readonly<Record<string, Figures>> | Readonly<Record<string, string>>;
  /** In the sense of the bound it is compared with. */
  readonly ratio: Figures;
  /** What has to be reached, and what the machine could do at best where that was measured. */
  readonly limit: Readonly<Record<string, number | string>>;
}

/** A benchmark: does the work, checks that it is right, and only then reports. */
export type Benchmark = () => Promise<Report>;
