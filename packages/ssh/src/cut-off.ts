/** The link or the channel ended before the command did. Callers outside never see this: they get SSH_LINK_LOST. */
export class CutOff extends Error {
  /** Whether something of the command had been sent. */
  readonly wasSent: boolean;

  constructor(reason: string, wasSent: boolean) {
    super(reason);
    this.wasSent = wasSent;
  }
}

/** A command wrote more than its caller wants to take. */
export class TooMuchOutput extends Error {}
