import { dirname, relative } from 'node:path';
import { confinedFile, readTextFile } from './confined-file.ts';
import { overlay } from './merge.ts';
import type { ProblemList } from './problem-list.ts';
import { Source, type Spot } from './source.ts';
import type { MapNode, Node } from './tree.ts';
import { readYaml } from './yaml-reader.ts';

const MAX_FILES = 200;

/** A path as people see it: relative to where they are, unless that is longer than the whole path. */
export function shownPath(cwd: string, file: string): string {
  const path = relative(cwd, file);
  return path === '' || path.length > file.length ? file : path;
}

/** Reads a project file with everything it includes into one tree. */
export class ProjectSources {
  readonly #directory: string;
  readonly #cwd: string;
  readonly #problems: ProblemList;
  readonly #finished = new Map<string, MapNode | undefined>();
  readonly #open: string[] = [];

  /** `directory`: real path of the project's folder; nothing outside is read. `cwd`: what shown names are relative to. */
  constructor(directory: string, cwd: string, problems: ProblemList) {
    this.#directory = directory;
    this.#cwd = cwd;
    this.#problems = problems;
  }

  /** The tree of one file over those it includes; `undefined` when there is none, which is then among the problems. */
  read(file: string): MapNode | undefined {
    if (this.#finished.has(file)) return this.#finished.get(file);
    this.#open.push(file);
    const own = this.#own(file);
    const tree = own === undefined ? undefined : this.#withIncludes(own, file);
    this.#open.pop();
    this.#finished.set(file, tree);
    return tree;
  }

  #own(file: string): MapNode | undefined {
    const content = this.#text(file);
    const source = new Source(shownPath(this.#cwd, file), content.text);
    const start: Spot = { source, offset: 'offset' in content ? content.offset : 0 };
    if ('complaint' in content) {
      this.#problems.error(start, [], content.complaint);
      return undefined;
    }
    const before = this.#problems.errors;
    const tree = readYaml(source, this.#problems);
    if (tree?.kind === 'map') return tree;
    if (tree !== undefined) {
      this.#problems.error(tree.at, [], 'expected a map of settings, like `name: my-project`');
    } else if (this.#problems.errors === before) {
      this.#problems.error(
        start,
        [],
        'the file is empty',
        '`orchestrate init` makes a first project',
      );
    }
    return undefined;
  }

  #text(file: string): ReturnType<typeof readTextFile> {
    try {
      return readTextFile(file);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
      return { complaint: `cannot be read (${code})`, text: '', offset: 0 };
    }
  }

  #withIncludes(own: MapNode, file: string): MapNode {
    const include = own.entries.get('include')?.node;
    if (include === undefined) return own;
    const names = include.kind === 'list' ? include.items : [include];
    let below: Node | undefined;
    for (const [index, node] of names.entries()) {
      const included = this.#included(node, index, file);
      if (included === undefined) continue;
      below = below === undefined ? included : overlay(below, included, 'file');
    }
    const rest = new Map([...own.entries].filter(([key]) => key !== 'include'));
    const tree = { ...own, entries: rest };
    return below === undefined ? tree : (overlay(below, tree, 'file') as MapNode);
  }

  #included(node: Node, index: number, from: string): MapNode | undefined {
    const refuse = (message: string, hint?: string): undefined => {
      this.#problems.error(node.at, ['include', index], message, hint);
    };
    if (node.kind !== 'scalar' || typeof node.value !== 'string' || node.value === '') {
      return refuse('expected the path of a file');
    }
    const found = confinedFile(this.#directory, dirname(from), node.value);
    if ('complaint' in found)
      return refuse(found.complaint, 'paths are relative to the file that names them');
    if (this.#open.includes(found.path)) {
      const chain = [...this.#open.slice(this.#open.indexOf(found.path)), found.path];
      return refuse(
        `files include each other: ${chain.map((one) => shownPath(this.#cwd, one)).join(' -> ')}`,
      );
    }
    if (this.#finished.size + this.#open.length >= MAX_FILES && !this.#finished.has(found.path)) {
      return refuse(`more than ${MAX_FILES} files are included`);
    }
    return this.read(found.path);
  }
}
