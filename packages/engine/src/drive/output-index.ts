/** Whether reading one address means reading what stands at the other: the same, or a folder and something in it. */
export function readsFrom(input: string, output: string): boolean {
  if (input === output) return true;
  if (input.endsWith('/') && output.startsWith(input)) return true;
  return output.endsWith('/') && input.startsWith(output);
}

/** The folders around an address, innermost first: `local:a/b/c` is in `local:a/b/` and `local:a/`. */
function* foldersAround(address: string): Generator<string> {
  const colon = address.indexOf(':');
  let slash = address.lastIndexOf('/', address.length - 2);
  for (; slash > colon; slash = address.lastIndexOf('/', slash - 1)) {
    yield address.slice(0, slash + 1);
  }
}

/** Addresses of outputs, to be asked whether an input reads one of them. Addresses are in their one form. */
export class OutputIndex {
  readonly #exact = new Set<string>();
  /** Folders that hold an output. */
  readonly #around = new Set<string>();

  add(output: string): void {
    this.#exact.add(output);
    for (const folder of foldersAround(output)) {
      if (this.#around.has(folder)) break;
      this.#around.add(folder);
    }
  }

  feeds(input: string): boolean {
    if (this.#exact.has(input) || this.#around.has(input)) return true;
    for (const folder of foldersAround(input)) if (this.#exact.has(folder)) return true;
    return false;
  }
}
