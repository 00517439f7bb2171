/** A variable of this process's environment, which the backend has set for the job. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}

/** The environment of this process with some variables more. */
export function environmentWith(
  more: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  return { ...process.env, ...more };
}
