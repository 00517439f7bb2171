/** A task as it can be named: `set/label`, or `set` for a lone one. */
export interface NamedTask {
  readonly name: string;
  readonly set: string;
  readonly index: number;
}

/** What is left out of a long name where there is no room for it stands for any text, like `*`. */
const CUT = /…|\.\.\./g;

/** What a pattern fits as a whole; `*`, `?` and the marks of a cut mean what they mean for file names. */
export function globPattern(pattern: string): RegExp {
  const source = pattern
    .replaceAll(CUT, '*')
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, 'su');
}

/** Whether a text is a pattern for {@link globPattern}. */
export function isPattern(text: string): boolean {
  return /[*?]|…|\.\.\./.test(text);
}

/** `set[x]` means the same as `set/x`. */
export function withSlash(text: string): string {
  const match = /^(.*?)\[(.*)\]$/su.exec(text);
  return match === null ? text : `${match[1]}/${match[2]}`;
}

/** The parameters in a label: `ice=amery,n=2`, `ice=amery/item=b`. */
function partsOf(label: string): string[] {
  return label.split(/[,/]/);
}

/** Whether a text is a parameter of a label, with its name or only its value. */
function isPart(wanted: string, part: string): boolean {
  return part === wanted || part.slice(part.indexOf('=') + 1) === wanted;
}

function isWithin(set: string, wanted: string): boolean {
  return set === wanted || set.startsWith(`${wanted}.`) || set.endsWith(`.${wanted}`);
}

/** Tasks whose parameters have the values given: all of them in their order if there are such, else some of them. */
export function matchValues<T extends NamedTask>(
  wanted: string,
  tasks: readonly T[],
): readonly T[] {
  const slash = wanted.indexOf('/');
  const set = wanted.slice(0, Math.max(0, slash));
  const inSet = slash > 0 ? tasks.filter((task) => isWithin(task.set, set)) : [];
  const among = inSet.length > 0 ? inSet : tasks;
  const values = partsOf(inSet.length > 0 ? wanted.slice(slash + 1) : wanted);
  const labelled = among.map((task) => ({
    task,
    parts: partsOf(task.name.slice(task.set.length + 1)),
  }));
  const all = labelled.filter(
    ({ parts }) =>
      parts.length === values.length && values.every((value, at) => isPart(value, parts[at] ?? '')),
  );
  const some = labelled.filter(({ parts }) =>
    values.every((value) => value !== '' && parts.some((part) => isPart(value, part))),
  );
  return (all.length > 0 ? all : some).map(({ task }) => task);
}

/**
 * Tasks a person may mean by a text, the closest reading first: the exact name, also as it is printed; `set[index]`; a
 * pattern with `*` and `?`; a set or flow; a label alone, or the end of a name; values of parameters without their names;
 * any part of a name. A closer reading hides the wider ones. `shown` is how a name is printed where people read it.
 */
export function matchTasks<T extends NamedTask>(
  text: string,
  tasks: readonly T[],
  shown: (name: string) => string = (name) => name,
): readonly T[] {
  const wanted = withSlash(text.trim());
  const exact = tasks.filter((task) => task.name === wanted || shown(task.name) === wanted);
  if (exact.length > 0) return exact;

  const index = /^(.+)\/#?([0-9]+)$/su.exec(wanted);
  if (index !== null) {
    const place = tasks.filter((task) => task.set === index[1] && task.index === Number(index[2]));
    if (place.length > 0) return place;
  }
  if (isPattern(wanted)) {
    const pattern = globPattern(wanted);
    return tasks.filter((task) => pattern.test(task.name));
  }
  const within = tasks.filter((task) => task.set === wanted || task.set.startsWith(`${wanted}.`));
  if (within.length > 0) return within;
  const ending = tasks.filter(
    (task) => task.name.endsWith(`/${wanted}`) || task.name.endsWith(`.${wanted}`),
  );
  if (ending.length > 0) return ending;
  const valued = matchValues(wanted, tasks);
  if (valued.length > 0) return valued;
  return tasks.filter((task) => task.name.includes(wanted));
}
