/** Where a name lives: a slot of the function that owns it. */
export interface Reference {
  readonly owner: FunctionScope;
  readonly slot: number;
}

/**
 * The variables of one piece of code that is a function of its own: the template, a block, a macro, a recursive loop. Names
 * of the same level in it share a slot, as they share a local variable in the code that Jinja2 writes.
 */
export class FunctionScope {
  readonly depth: number;
  readonly #slots = new Map<string, Reference>();
  #helpers = 0;

  constructor(parent?: FunctionScope) {
    this.depth = parent === undefined ? 0 : parent.depth + 1;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** A fresh variable for what code itself has to remember. */
  helper(): string {
    this.#helpers += 1;
    return `t${this.depth}_${this.#helpers}`;
  }

  helpers(): readonly string[] {
    return Array.from({ length: this.#helpers }, (_, at) => `t${this.depth}_${at + 1}`);
  }

  reference(level: number, name: string): Reference {
    const key = `${level} ${name}`;
    const known = this.#slots.get(key);
    if (known !== undefined) return known;
    const fresh = { owner: this, slot: this.#slots.size };
    this.#slots.set(key, fresh);
    return fresh;
  }
}

/** What a slot holds when its scope is entered. */
export type Load =
  | { readonly from: 'parameter' | 'nothing' }
  | { readonly from: 'context'; readonly name: string }
  | { readonly from: 'outer'; readonly outer: Reference };

const PARAMETER: Load = { from: 'parameter' };
const NOTHING: Load = { from: 'nothing' };

/**
 * The names that a scope of a template knows, and where each gets its value from. Follows Jinja2's rules to the letter,
 * since a name that is given a value anywhere in a scope hides the one outside from the scope's start.
 */
export class Symbols {
  readonly owner: FunctionScope;
  readonly level: number;
  readonly #parent: Symbols | undefined;
  readonly #references: Map<string, Reference>;
  readonly #loads: Map<Reference, Load>;
  readonly #stores: Set<string>;

  constructor(owner: FunctionScope, parent?: Symbols, copied?: Symbols) {
    this.owner = owner;
    this.#parent = parent;
    this.level = copied?.level ?? (parent === undefined ? 0 : parent.level + 1);
    this.#references = new Map(copied === undefined ? [] : copied.#references);
    this.#loads = new Map(copied === undefined ? [] : copied.#loads);
    this.#stores = new Set(copied === undefined ? [] : copied.#stores);
  }

  /** A scope inside this one; of another function when `owner` is given. */
  inner(owner: FunctionScope = this.owner): Symbols {
    return new Symbols(owner, this);
  }

  /** A copy, for a branch of a condition. */
  copy(): Symbols {
    return new Symbols(this.owner, this.#parent, this);
  }

  find(name: string): Reference | undefined {
    return this.#references.get(name) ?? this.#parent?.find(name);
  }

  loads(): readonly (readonly [Reference, Load])[] {
    return [...this.#loads];
  }

  #define(name: string, load: Load): Reference {
    const reference = this.owner.reference(this.level, name);
    this.#references.set(name, reference);
    this.#loads.set(reference, load);
    return reference;
  }

  store(name: string): void {
    this.#stores.add(name);
    if (this.#references.has(name)) return;
    const outer = this.#parent?.find(name);
    this.#define(name, outer === undefined ? NOTHING : { from: 'outer', outer });
  }

  parameter(name: string): Reference {
    this.#stores.add(name);
    return this.#define(name, PARAMETER);
  }

  load(name: string): void {
    if (this.find(name) === undefined) this.#define(name, { from: 'context', name });
  }

  /** Takes over what branches of a condition know: a name that only some of them set comes from outside in the others. */
  merge(branches: readonly Symbols[]): void {
    const stored = new Set(branches.flatMap((branch) => [...branch.#stores]));
    for (const name of this.#stores) stored.delete(name);
    for (const branch of branches) {
      for (const [name, reference] of branch.#references) this.#references.set(name, reference);
      for (const [reference, load] of branch.#loads) this.#loads.set(reference, load);
      for (const name of branch.#stores) this.#stores.add(name);
    }
    for (const name of stored) {
      const reference = this.find(name);
      const outer = this.#parent?.find(name);
      if (reference !== undefined)
        this.#loads.set(
          reference,
          outer === undefined ? { from: 'context', name } : { from: 'outer', outer },
        );
    }
  }

  /** Every name that was given a value here or outside, with its reference: what a `scoped` block sees. */
  stored(): ReadonlyMap<string, Reference> {
    const all = new Map(this.#parent?.stored());
    for (const name of this.#stores) {
      const reference = this.find(name);
      if (reference !== undefined) all.set(name, reference);
    }
    return all;
  }
}
