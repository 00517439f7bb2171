/** What a login asks a person. */
export interface Question {
  /** The login host that asks, or for which a key is opened. */
  readonly host: string;
  /** What to show, as the host or we put it. */
  readonly text: string;
  /** Whether the answer may be seen on the screen. */
  readonly echo: boolean;
}

/** Asks a person, who may decline: then there is no answer. Answers are kept in memory only, and no longer than a login takes. */
export type Prompter = (question: Question) => Promise<string | undefined>;
