/** What one attempt needs. Absent means: the backend's default. */
export interface Resources {
  /** Processor cores; fractions are allowed where the backend can share a core. */
  readonly cpus?: number;
  /** Resident memory in bytes. */
  readonly memoryBytes?: number;
  /** Wall time of one attempt in seconds, from its start. */
  readonly timeSeconds?: number;
  /** Accelerators of any kind. */
  readonly gpus?: number;
  /** Scratch space in bytes. */
  readonly diskBytes?: number;
}

/** What an attempt really used, where the backend can tell. */
export interface Usage {
  readonly cpuSeconds?: number;
  readonly peakMemoryBytes?: number;
}
