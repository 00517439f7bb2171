import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { relativeImports, scriptsNamed, type Work } from '@orchestrate/core';

type Codes = readonly (readonly [code: string, digest: string])[];

/**
 * Knows the content of the code that tasks run: a function's module with everything it imports relatively, an installed
 * package by name and version, and scripts of the project that a command names (`python plot.py`). Each is read once.
 */
export class CodeDigests {
  readonly #directory: string;
  readonly #known = new Map<string, string>();
  readonly #functions = new Map<string, Codes>();

  constructor(projectDirectory: string) {
    this.#directory = projectDirectory;
  }

  /** The code behind a piece of work: module or path -> digest. Empty when it names none. */
  of(work: Work): Codes {
    if (work.kind === 'function') return this.#function(work.module);
    const text = work.kind === 'shell' ? work.script : work.argv.join(' ');
    const found: (readonly [string, string])[] = [];
    for (const path of scriptsNamed(text)) {
      const digest = this.digest(join(this.#directory, path));
      if (digest !== 'absent') found.push([join(this.#directory, path), digest]);
    }
    return found;
  }

  #function(module: string): Codes {
    let codes = this.#functions.get(module);
    if (codes === undefined) {
      codes = [[module, this.digest(module)]];
      this.#functions.set(module, codes);
    }
    return codes;
  }

  /** What people call it: a path below the project's folder is told from there. */
  named(code: string): string {
    if (!isAbsolute(code)) return code;
    const path = relative(this.#directory, code);
    return path.startsWith('..') || isAbsolute(path) ? code : path;
  }

  /** Digest of a module by absolute path or package name; `absent` when there is no such thing. */
  digest(code: string): string {
    let digest = this.#known.get(code);
    if (digest === undefined) {
      digest = isAbsolute(code) ? fileDigest(code) : this.#packageDigest(code);
      this.#known.set(code, digest);
    }
    return digest;
  }

  #packageDigest(name: string): string {
    try {
      const manifest = findPackageJSON(name, pathToFileURL(`${this.#directory}/`));
      if (manifest === undefined) return 'absent';
      const read = JSON.parse(readFileSync(manifest, 'utf8')) as {
        name?: string;
        version?: string;
      };
      return `${read.name ?? name}@${read.version ?? '0'}`;
    } catch {
      return 'absent';
    }
  }
}

function fileDigest(file: string): string {
  const seen = new Set<string>();
  const digest = createHash('sha256');
  const queue = [file];
  for (let at = queue.pop(); at !== undefined; at = queue.pop()) {
    if (seen.has(at)) continue;
    seen.add(at);
    const text = readCode(at);
    if (text === undefined) {
      if (at === file) return 'absent';
      continue;
    }
    digest.update(`${text.length}\n`).update(text);
    if (!/\.[cm]?[jt]s$/.test(at)) continue;
    for (const wanted of relativeImports(text)) queue.push(resolveImport(dirname(at), wanted));
  }
  return digest.digest('hex');
}

function readCode(file: string): string | undefined {
  try {
    return statSync(file).isFile() ? readFileSync(file, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}

function resolveImport(folder: string, wanted: string): string {
  const path = resolve(folder, wanted);
  if (extname(path) !== '' && existsSync(path)) return path;
  const source = path.replace(/\.([cm]?)js$/, '.$1ts');
  return existsSync(source) ? source : path;
}
