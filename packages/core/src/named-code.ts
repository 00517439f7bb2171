const SCRIPT =
  /(?:^|[\s"'=])((?:\.\/)?[A-Za-z0-9_][A-Za-z0-9_./-]*\.(?:py|R|r|jl|js|mjs|cjs|ts|sh|pl|awk|sed|m|ncl|sql))(?=$|[\s"';)|&])/g;

/** Paths of scripts that a command names (`python scripts/plot.py`), as they are written, in order; none that is absolute. */
export function scriptsNamed(command: string): string[] {
  return Array.from(command.matchAll(SCRIPT), (match) => match[1] ?? '');
}

const RELATIVE_IMPORT = /(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"\n]+)['"]/g;

/** Modules that the text of a JavaScript or TypeScript module imports by a relative path, as they are written, sorted. */
export function relativeImports(module: string): string[] {
  return Array.from(module.matchAll(RELATIVE_IMPORT), (match) => match[1] ?? '').sort();
}
