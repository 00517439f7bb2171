import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A code as a page explains it. */
export interface ExplainedCode {
  readonly code: string;
  /** File name of the page. */
  readonly page: string;
  /** What follows `#` in a link to it, or nothing when it stands in a table. */
  readonly anchor: string;
  /** First sentence of the explanation. */
  readonly meaning: string;
}

const CODE = '[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+';

/** The first sentence, also where the text was broken into lines. */
function firstSentence(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return /^.*?[.:](?= [A-Z`]|$)/.exec(flat)?.[0].replace(/:$/, '.') ?? flat;
}

function codesOf(page: string, text: string): ExplainedCode[] {
  const headings = text.matchAll(new RegExp(`^## (${CODE})\\n+([^#]*)`, 'gm'));
  const rows = text.matchAll(new RegExp(`^\\| \`(${CODE})\` \\| ([^|]*) \\|`, 'gm'));
  return [
    ...[...headings].map(([, code = '', meaning = '']) => ({
      code,
      page,
      anchor: `#${code.toLowerCase()}`,
      meaning: firstSentence(meaning),
    })),
    ...[...rows].map(([, code = '', meaning = '']) => ({
      code,
      page,
      anchor: '',
      meaning: firstSentence(meaning),
    })),
  ];
}

/** Every code that the pages of a folder explain, in the order of the pages. */
export function explainedCodes(folder: string): ExplainedCode[] {
  const pages = readdirSync(folder).filter((name) => name.endsWith('.md'));
  return pages.sort().flatMap((page) => codesOf(page, readFileSync(join(folder, page), 'utf8')));
}

const INTRO = `# Error codes

<!-- Made by tools/docs/generate-schema.ts from the pages in errors/; edit those. -->

An error on the screen is \`error CODE: what failed\`, and below it what to do. With \`--json\` it is
\`{"error": {"code", "message", "hint", "details"}}\`. Codes are stable: programs may compare them, texts may change. Some codes are
contracts that several packages keep; each is explained once.

Why a *task* failed is not a code but a class: \`user-error\`, \`timeout\`, \`out-of-memory\`, \`node-failure\`, \`preempted\`, \`quota\`,
\`submit-rejected\`, \`lost\`, \`cancelled\`. [Retry and escalate](../how-to/retry-and-escalate.md) tells what they mean.
`;

/** The page that lists all codes in the order of the alphabet, each with a link to its explanation. */
export function errorIndex(folder: string): string {
  const codes = explainedCodes(folder).sort((a, b) => (a.code < b.code ? -1 : 1));
  const rows = codes.map(
    ({ code, page, anchor, meaning }) => `| [${code}](errors/${page}${anchor}) | ${meaning} |`,
  );
  return [INTRO, '| code | |', '| --- | --- |', ...rows, ''].join('\n');
}
