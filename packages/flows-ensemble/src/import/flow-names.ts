import { NAME_PATTERN } from '@orchestrate/core';

function fitting(text: string): string {
  const plain = text
    .replaceAll(/[^A-Za-z0-9_-]/g, '-')
    .replace(/^[^A-Za-z]+/, '')
    .slice(0, 60);
  return NAME_PATTERN.test(plain) ? plain : `ensemble-${plain}`.replace(/-$/, '');
}

/** Names for flows, or for the project, that are near to the texts given, each once. */
export function flowNames(texts: readonly string[]): readonly string[] {
  const seen = new Set<string>();
  return texts.map((text) => {
    const plain = fitting(text);
    let name = plain;
    for (let more = 2; seen.has(name); more += 1) name = `${plain}-${more}`;
    seen.add(name);
    return name;
  });
}

/** `grid` of `ensemble/grid.yaml`. */
export function stemOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
}
