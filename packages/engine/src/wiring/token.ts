declare const provides: unique symbol;

/** Names a thing that a `Scope` provides, and its type. */
export type Token<T> = symbol & { readonly [provides]?: T };

/** Makes a token; its name is for error messages. */
export function token<T>(name: string): Token<T> {
  return Symbol(name);
}
