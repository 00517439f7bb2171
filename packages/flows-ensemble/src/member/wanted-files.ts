import { hash } from 'node:crypto';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, posix, sep } from 'node:path';
import { didYouMean } from '@orchestrate/core';
import { ensembleError } from '../errors.ts';
import { type CompiledTemplate, compileTemplate } from '../jinja/compile-template.ts';
import type { PyValue } from '../python/value.ts';
import { renderedName, renderMatcher } from './render-patterns.ts';
import type { TemplateEntry, TemplateTree } from './template-tree.ts';

/** A thing as it has to be in the directory of a member. */
export interface Wanted {
  readonly path: string;
  readonly entry: TemplateEntry;
  /** Text of a rendered file; the others are copied. */
  readonly text?: string;
  /** Changes when the thing has to be written again. */
  readonly digest: string;
}

/** What is rendered, and how. */
export interface RenderTerms {
  /** Patterns, or paths that have to be there. */
  readonly render: readonly string[];
  readonly listed: boolean;
  /** Whether a name that does not exist is an error. */
  readonly strict: boolean;
}

const compiled = new Map<string, CompiledTemplate>();
const MOST_COMPILED = 1_000;

interface Source {
  readonly file: string;
  readonly name: string;
  /** Changes with its content. */
  readonly digest: string;
}

function templateOf({ file, name, digest }: Source, strict: boolean): CompiledTemplate {
  const key = `${strict ? 's' : 'l'}:${digest}:${file}`;
  let template = compiled.get(key);
  if (template === undefined) {
    template = compileTemplate(readFileSync(file, 'utf8'), name, { strict });
    if (compiled.size >= MOST_COMPILED) compiled.clear();
    compiled.set(key, template);
  }
  return template;
}

/** A template that is a link is read from where it leads, and written as a file of the member. */
function sourceOf(root: string, entry: TemplateEntry): Source & { readonly mode: number } {
  const file = entry.source ?? join(root, entry.path);
  const { mode, digest, path: name } = entry;
  if (entry.kind !== 'link') return { file, name, digest, mode };
  const real = realpathSync(file);
  if (real !== realpathSync(root) && !real.startsWith(realpathSync(root) + sep)) {
    throw ensembleError(
      'ENSEMBLE_TEMPLATE_UNFIT',
      `template ${entry.path} is a link that leads out of the template folder`,
      { details: { path: file } },
    );
  }
  const stats = statSync(real);
  return { file: real, name, digest: `${stats.mtimeMs}:${stats.size}`, mode: stats.mode & 0o7777 };
}

/** Says which paths are rendered. @throws ENSEMBLE_TEMPLATE_LISTED for one that was named and is not there */
function matcherOf(tree: TemplateTree, { render, listed }: RenderTerms): (path: string) => boolean {
  if (!listed) return renderMatcher(render);
  const wanted = new Set(render.map((path) => posix.normalize(path)));
  const known = new Map(tree.entries.map((entry) => [entry.path, entry]));
  for (const path of wanted) {
    if (known.has(path)) continue;
    const why = `is not in the template${didYouMean(path, known.keys())}`;
    throw ensembleError('ENSEMBLE_TEMPLATE_LISTED', `template ${path} ${why}`, {
      details: { path },
    });
  }
  return (path) => wanted.has(path);
}

/** Whether something holds for one of the templates that are rendered. One that cannot be read fails where it is rendered. */
export function someTemplate(
  root: string,
  tree: TemplateTree,
  render: readonly string[],
  holds: (source: string) => boolean,
): boolean {
  const isRendered = renderMatcher(render);
  return tree.entries.some((entry) => {
    if (entry.kind === 'folder' || !isRendered(entry.path)) return false;
    try {
      return holds(readFileSync(sourceOf(root, entry).file, 'utf8'));
    } catch {
      return false;
    }
  });
}

/** Everything that the directory of a member is made of, in order, folders first. @throws ENSEMBLE_*, JINJA_* */
export function wantedFiles(
  root: string,
  tree: TemplateTree,
  names: ReadonlyMap<string, PyValue>,
  terms: RenderTerms,
): readonly Wanted[] {
  const isRendered = matcherOf(tree, terms);
  return tree.entries.map((entry) => {
    if (entry.kind === 'folder' || !isRendered(entry.path)) {
      const digest = entry.kind === 'file' ? entry.digest : `${entry.kind}:${entry.target}`;
      return { path: entry.path, entry, digest: `${entry.mode.toString(8)}:${digest}` };
    }
    const source = sourceOf(root, entry);
    const text = templateOf(source, terms.strict).render(names);
    const digest = hash('sha256', text);
    return {
      path: renderedName(entry.path),
      entry: { ...entry, mode: source.mode },
      text,
      digest: `${source.mode.toString(8)}:${digest}`,
    };
  });
}
