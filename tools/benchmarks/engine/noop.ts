/** The task of the engine benchmark. */
export function noop(): void {}
