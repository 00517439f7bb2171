/** Whether something says how it is disposed of. */
export function isDisposable(thing: unknown): thing is AsyncDisposable | Disposable {
  if (typeof thing !== 'object' || thing === null) return false;
  return Symbol.asyncDispose in thing || Symbol.dispose in thing;
}

/**
 * Has a stack dispose of something, which is answered. The stack's own `use` reads the method at once and refuses one that is
 * bound to its object, which a plugin may well hand over.
 */
export function owned<T extends AsyncDisposable | Disposable>(
  stack: AsyncDisposableStack,
  thing: T,
): T {
  stack.defer(async () => {
    if (Symbol.asyncDispose in thing) await thing[Symbol.asyncDispose]();
    else thing[Symbol.dispose]();
  });
  return thing;
}
