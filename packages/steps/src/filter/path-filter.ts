import { bytesAsLetters, Pattern } from './pattern.ts';

interface Rule {
  readonly pattern: Pattern;
  readonly takes: boolean;
}

const EVERYTHING = new Set(['*', '**']);

function rules(patterns: readonly string[], takes: boolean): Rule[] {
  return patterns.map((pattern) => ({ pattern: new Pattern(pattern), takes }));
}

/** A pattern and, where it matches a folder, everything below. */
function withInside(pattern: string): string[] {
  return [pattern, `${pattern.replace(/(?<=.)\/$/, '')}/***`];
}

/**
 * Which paths of a tree are taken. Rules are asked in order, the first that matches decides, and a folder that is not taken
 * is not looked into. First come the patterns of `include`, then those of `exclude`; what matches none is taken.
 *
 * `include` without `exclude` means only these, and so does `*` in `exclude`: in place of it, what lies in an included folder
 * is taken, folders are looked into at any depth, all else is left, and folders in which nothing is taken are left too.
 */
export class PathFilter {
  readonly #rules: readonly Rule[];
  /** Whether folders count only for what is taken in them. */
  readonly dropsEmptyFolders: boolean;

  constructor(include: readonly string[], exclude: readonly string[]) {
    const given = include.length > 0 && exclude.length === 0 ? ['*'] : exclude;
    const cut = given.findIndex((pattern) => EVERYTHING.has(pattern));
    this.dropsEmptyFolders = cut >= 0;
    this.#rules = [
      ...rules(include, true),
      ...rules(cut < 0 ? given : given.slice(0, cut), false),
      ...(cut < 0
        ? []
        : [...rules([...include.flatMap(withInside), '*/'], true), ...rules(['*'], false)]),
    ];
  }

  /** Whether a path from the root of the tree, without a slash at either end, is taken. */
  takes(path: string, isFolder: boolean): boolean {
    const letters = bytesAsLetters(path);
    for (const { pattern, takes } of this.#rules) {
      if (pattern.matches(letters, isFolder)) return takes;
    }
    return true;
  }
}
