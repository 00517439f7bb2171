/**
 * Names in an order in which each comes after those it needs; as in the file where that leaves a choice. `cycle` lists
 * names that need each other, the first one again at the end.
 */
export function flowOrder(
  needs: ReadonlyMap<string, readonly string[]>,
): { readonly order: readonly string[] } | { readonly cycle: readonly string[] } {
  const order: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  // Depth first without recursion: a chain of flows may be longer than the stack.
  for (const start of needs.keys()) {
    const trail: { readonly name: string; next: number }[] = [{ name: start, next: 0 }];
    if (state.has(start)) continue;
    state.set(start, 'open');
    for (let top = trail.at(-1); top !== undefined; top = trail.at(-1)) {
      const need = needs.get(top.name)?.[top.next];
      top.next += 1;
      if (need === undefined) {
        state.set(top.name, 'done');
        order.push(top.name);
        trail.pop();
      } else if (state.get(need) === 'open') {
        const names = trail.map(({ name }) => name);
        return { cycle: [...names.slice(names.indexOf(need)), need] };
      } else if (needs.has(need) && !state.has(need)) {
        state.set(need, 'open');
        trail.push({ name: need, next: 0 });
      }
    }
  }
  return { order };
}
