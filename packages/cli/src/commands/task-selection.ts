/** A task as it can be named: `set/label`, or `set` for a lone one. */
export interface NamedTask {
  readonly name: string;
  readonly set: string;
  readonly index: number;
}

function globPattern(pattern: string): RegExp {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}

/** `set[x]` means the same as `set/x`. */
function withSlash(text: string): string {
  const match = /^(.*?)\[(.*)\]$/su.exec(text);
  return match === null ? text : `${match[1]}/${match[2]}`;
}

/**
 * Tasks a person may mean by a text, the closest reading first: the exact name; `set[index]`; a pattern with `*` and `?`; a set
 * or flow; a label alone; the end of a name. A closer reading hides the wider ones.
 */
export function matchTasks<T extends NamedTask>(text: string, tasks: readonly T[]): readonly T[] {
  const wanted = withSlash(text.trim());
  const exact = tasks.filter((task) => task.name === wanted);
  if (exact.length > 0) return exact;

  const index = /^(.+)\/#?([0-9]+)$/su.exec(wanted);
  if (index !== null) {
    const place = tasks.filter((task) => task.set === index[1] && task.index === Number(index[2]));
    if (place.length > 0) return place;
  }
  if (/[*?]/.test(wanted)) {
    const pattern = globPattern(wanted);
    return tasks.filter((task) => pattern.test(task.name));
  }
  const within = tasks.filter((task) => task.set === wanted || task.set.startsWith(`${wanted}.`));
  if (within.length > 0) return within;
  const ending = tasks.filter(
    (task) => task.name.endsWith(`/${wanted}`) || task.name.endsWith(`.${wanted}`),
  );
  if (ending.length > 0) return ending;
  return tasks.filter((task) => task.name.includes(wanted));
}
