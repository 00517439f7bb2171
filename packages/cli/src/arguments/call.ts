/** A checked call of a command: its options and arguments by name. */
export class Call {
  readonly command: string;
  readonly #flags: ReadonlySet<string>;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(
    command: string,
    flags: ReadonlySet<string>,
    values: ReadonlyMap<string, readonly string[]>,
  ) {
    this.command = command;
    this.#flags = flags;
    this.#values = values;
  }

  /** Whether a flag was given. */
  has(flag: string): boolean {
    return this.#flags.has(flag);
  }

  /** The value of an option or argument; the last one when it was given more than once. */
  text(name: string): string | undefined {
    return this.#values.get(name)?.at(-1);
  }

  /** All values of an option or argument, in the order given. */
  texts(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }

  /** The same call with other values for some options. */
  with(values: Readonly<Record<string, readonly string[]>>): Call {
    const all = new Map([...this.#values, ...Object.entries(values)]);
    return new Call(this.command, this.#flags, all);
  }

  /** The value of an option that was checked to be a whole number. */
  count(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : Number(text);
  }
}
