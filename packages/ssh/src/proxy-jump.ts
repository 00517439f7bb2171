/** A host on the way to another. */
export interface Jump {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

const JUMP = /^(?:ssh:\/\/)?(?:(.+)@)?(?:\[([^\]]+)\]|([^:/]+))(?::([0-9]+))?\/?$/;

/** `[user@]host[:port]`, with commas between several, in the order in which they are gone through. */
export function parseJumps(text: string): readonly Jump[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const [, user, bracketed, plain, port] = JUMP.exec(part) ?? [];
      return {
        host: bracketed ?? plain ?? part,
        ...(user === undefined ? {} : { user }),
        ...(port === undefined ? {} : { port: Number(port) }),
      };
    });
}
