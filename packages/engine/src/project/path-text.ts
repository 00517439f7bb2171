import type { Path } from './tree.ts';

const PLAIN_KEY = /^[^\s\p{C}.[\]"'=:]+$/u;
const LONGEST_KEY = 60;

/** Nothing that could steer a terminal is left in it. */
function quotedKey(key: string): string {
  const shown = key.length > LONGEST_KEY ? `${key.slice(0, LONGEST_KEY - 3)}...` : key;
  return JSON.stringify(shown.replace(/[\p{Cf}\u007f-\u009f]/gu, ' '));
}

/** `backends.hpc.partition`, `plugins[0]`, `environment["a.b"]`; '' for the whole file. */
export function pathText(path: Path): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else if (part.length <= LONGEST_KEY && PLAIN_KEY.test(part))
      text += text === '' ? part : `.${part}`;
    else text += `[${quotedKey(part)}]`;
  }
  return text;
}

/** Reads what {@link pathText} writes, also `plugins.0`; `undefined` when the text is no path. */
export function parsePath(text: string): Path | undefined {
  const part = /(?:^|\.)([^\s.[\]"'=]+)|\[(\d{1,9})\]|(?:^|\.)?\[?("(?:[^"\\]|\\.)*")\]?/uy;
  const path: (string | number)[] = [];
  while (part.lastIndex < text.length) {
    const match = part.exec(text);
    if (match === null || match[0] === '') return undefined;
    const [, plain, position, quoted] = match;
    if (plain !== undefined) path.push(plain);
    else if (position !== undefined) path.push(Number(position));
    else {
      const key = unquoted(quoted ?? '');
      if (key === undefined) return undefined;
      path.push(key);
    }
  }
  return path;
}

function unquoted(text: string): string | undefined {
  try {
    return String(JSON.parse(text));
  } catch {
    return undefined; // not a JSON string after all, so the text is no path
  }
}
