/** What the exit code of `orchestrate` says. */
export const EXIT = {
  /** Everything succeeded. */
  succeeded: 0,
  /** Work failed, or was cancelled. */
  failed: 1,
  /** The project or the call is wrong; nothing was started. */
  usage: 2,
  /** Stopped before the end; `orchestrate resume` goes on. */
  stopped: 3,
  /** A defect of Orchestrate. */
  defect: 70,
} as const;

/** One of {@link EXIT}. */
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
