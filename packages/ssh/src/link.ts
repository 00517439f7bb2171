import type { Readable, Writable } from 'node:stream';
import { CutOff } from './cut-off.ts';
import type { Via } from './transport.ts';

/** How the remote end of a channel ended; without a code when the channel was cut off. */
export interface ChannelEnd {
  readonly code?: number;
  readonly signal?: string;
  /** The host did not start the command, for it allows no more at the moment. */
  readonly wasRefused?: boolean;
}

/** One running command on a link. */
export interface Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Once the command has ended, or the channel was cut off. Never rejected. */
  readonly end: Promise<ChannelEnd>;
  /** Cuts the channel off. What runs at its other end is not ended by that. */
  destroy(): void;
}

/** A connection to one host, over which commands are started. */
export interface Link {
  readonly via: Via;
  /** The host it leads to. */
  readonly host: string;
  /** Why it ended. Never rejected. */
  readonly lost: Promise<string>;
  /**
   * Starts a command, which the login shell of the user reads, whichever that is.
   * @throws ChannelRefused when the host allows no more at the moment, LinkGone when nothing can be started any more
   */
  open(command: string): Promise<Channel>;
  /** Ends it. What it held is given back once this is fulfilled. */
  close(): Promise<void>;
}

/** The host has as many channels open as it allows; the command was not started. */
export class ChannelRefused extends Error {}

/** The link is gone, and a command that was to be started on it was not. */
export class LinkGone extends CutOff {
  constructor(reason: string) {
    super(reason, false);
  }
}
