import { compileTemplate, type Template } from '@orchestrate/core';

/** What a shell would not take literally. Texts with any of it are scripts. */
const SPECIAL = /[\n\r;&|<>()$`\\"'*?[\]#~{}!^]/;

/** Words that only a shell understands as a command. */
const SHELL_WORDS = new Set(
  (
    '. : alias bg break builtin caller case cd command compgen complete continue coproc declare dirs disown do done elif ' +
    'else enable esac eval exec exit export fc fg fi for function getopts hash help history if in jobs let local logout ' +
    'mapfile popd pushd read readarray readonly return select set shift shopt source suspend then time times trap type ' +
    'typeset ulimit umask unalias unset until wait while'
  ).split(' '),
);

/**
 * The words of a command that needs no shell: no character in it means anything to one, and it does not begin with an
 * assignment or a word of the shell. `undefined` for everything else. A value stays within the word it stands in.
 */
export function plainWords(template: Template): readonly Template[] | undefined {
  if (template.raw.includes(true)) return undefined;
  const trimmed = template.literals.map((literal, index) =>
    trimEnds(literal, index === 0, index === template.literals.length - 1),
  );
  if (trimmed.some((literal) => SPECIAL.test(literal))) return undefined;
  const words = wordTexts(template);
  const first = compileTemplate(words[0] ?? '');
  if (words.length === 0 || first.literals.some((literal) => literal.includes('=')))
    return undefined;
  if (SHELL_WORDS.has(words[0] ?? '')) return undefined;
  return words.map((word) => compileTemplate(word));
}

function trimEnds(text: string, start: boolean, end: boolean): string {
  const head = start ? text.trimStart() : text;
  return end ? head.trimEnd() : head;
}

/** Splits the text at white space outside of expressions. */
function wordTexts(template: Template): string[] {
  const words: string[] = [];
  let word = '';
  let at = 0;
  const take = (fixed: string): void => {
    const [head = '', ...rest] = fixed.split(/\s+/);
    word += head;
    for (const next of rest) {
      if (word !== '') words.push(word);
      word = next;
    }
  };
  for (const [start, end] of template.spans) {
    take(template.text.slice(at, start));
    word += template.text.slice(start, end);
    at = end;
  }
  take(template.text.slice(at));
  if (word !== '') words.push(word);
  return words;
}
