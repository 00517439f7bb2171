/** A pattern of paths: `*` and `?` stay within a folder, `**` crosses folders. */
function patternExpression(pattern: string): RegExp {
  const text = pattern.replace(/^\.\//, '').replaceAll(/\*\*\/|\*\*|\*|\?|[^*?]+/g, (part) => {
    if (part === '**/') return '(?:.*/)?';
    if (part === '**') return '.*';
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    return part.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&');
  });
  return new RegExp(`^${text}$`, 's');
}

/** Says whether a path of a template is to be rendered. */
export function renderMatcher(patterns: readonly string[]): (path: string) => boolean {
  const expressions = patterns.map(patternExpression);
  return (path) => expressions.some((expression) => expression.test(path));
}

/** What a rendered file is called: without its `.j2`. */
export function renderedName(path: string): string {
  return path.endsWith('.j2') ? path.slice(0, -3) : path;
}
