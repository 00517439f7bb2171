import type { YAMLParseError } from 'yaml';
import type { Complaint } from './problem-list.ts';

type Words = readonly [pattern: RegExp, message: string, hint?: string];

const COLON = 'quote the text if the `:` belongs to it';
const INDENT = 'indent what belongs together alike, with spaces';

/** Messages of the YAML reader that need knowledge of YAML's grammar, in words of the file. The first that fits is taken. */
const WORDS: readonly Words[] = [
  [/^Missing closing (.)quote/, 'a text in $1quotes$1 is not closed'],
  [/^Nested mappings are not allowed/, 'there is a second `: ` in this line', COLON],
  [
    /^Implicit keys need to be on a single line/,
    'this key goes over several lines',
    'is a `:` or a quote missing above?',
  ],
  [/^Implicit map keys need to be followed by map values/, 'a `:` is missing after this key'],
  [
    /^All mapping items must start at the same column/,
    'this line is indented differently from the keys it belongs to',
    INDENT,
  ],
  [
    /^All sequence items must start at the same column/,
    'this line is indented differently from the list it belongs to',
    INDENT,
  ],
  [
    /^A block sequence may not be used as an implicit map key/,
    'this list is indented wrongly',
    INDENT,
  ],
  [
    /^Flow .*\bend with an? (.)/,
    'a bracket is not closed: expected $1',
    'or the lines within the brackets need more indentation',
  ],
  [/^Expected .* to end with (.)/, 'a bracket is not closed: expected $1'],
  [
    /^Plain value cannot start with (?:reserved|a? ?)?\s*(?:character )?(.+)$/,
    'a text may not begin with $1',
    'quote the text',
  ],
  [/^Tabs are not allowed as indentation/, 'the line is indented with a tab', 'indent with spaces'],
  [
    /^Block collections are not allowed within flow collections/,
    'a `- ` list cannot stand within brackets',
    'write [a, b]',
  ],
  [
    /^Source contains multiple documents/,
    'a second document begins here',
    'keep one document per file, without a second `---`',
  ],
];

/** What is wrong with the YAML, and what to do. */
export function explainSyntax(error: YAMLParseError): Complaint {
  const original = error.message.replace(/ at line \d+, column \d+:?$/, '');
  for (const [pattern, message, hint] of WORDS) {
    const match = pattern.exec(original);
    if (match !== null) return { message: message.replaceAll('$1', match[1] ?? ''), hint };
  }
  return { message: `this is not valid YAML: ${original}` };
}
