import { suggest } from '@orchestrate/core';
import type { z } from 'zod';
import type { Complaint } from './problem-list.ts';
import { keysAt } from './schema-keys.ts';
import { type Node, nodeAt, type Path } from './tree.ts';
import { describeNode, EXPECTED, listed, quoted } from './value-words.ts';

type Issue = z.core.$ZodIssue;

/** An issue of a schema in the words of a person, with where to point. */
export interface SchemaComplaint extends Complaint {
  readonly path: Path;
  readonly point: 'key' | 'value';
}

/** What the issues were found in: for what was really written, and for keys that would have been right. */
export interface Checked {
  readonly schema: z.core.$ZodType;
  /** The value that was checked; `undefined` when there is none in the file. */
  readonly node: Node | undefined;
  /** Keys that are taken off before the schema is asked, but may be written there. */
  readonly alsoKnown?: readonly string[];
}

/** Says what a schema found wrong, one entry for each thing to correct. */
export function explainIssues(
  issues: readonly Issue[],
  checked: Checked,
): readonly SchemaComplaint[] {
  return issues.flatMap((issue) => explain(issue, checked, []));
}

/** Symbols cannot come out of a file; should a schema invent one, its text does. */
function pathOf(issue: Issue, above: Path): Path {
  return [...above, ...issue.path.map((part) => (typeof part === 'number' ? part : String(part)))];
}

function explain(issue: Issue, checked: Checked, above: Path): SchemaComplaint[] {
  const path = pathOf(issue, above);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(key, path, checked));
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0 && !isCustom(issue.message)) {
    return explainUnion(issue.errors, path, checked);
  }
  if (issue.code === 'invalid_key') {
    const message = issue.issues[0]?.message ?? issue.message;
    return [{ path, point: 'key', message }];
  }
  if (issue.code === 'invalid_element')
    return issue.issues.flatMap((inner) => explain(inner, checked, path));
  return [{ path, point: 'value', ...complaintOf(issue, nodeOf(checked, path)) }];
}

function nodeOf({ node }: Checked, path: Path): Node | undefined {
  return node === undefined ? undefined : nodeAt(node, path);
}

function unknownKey(key: string, path: Path, checked: Checked): SchemaComplaint {
  const known = [
    ...keysAt(checked.schema, path),
    ...(path.length === 0 ? (checked.alsoKnown ?? []) : []),
  ];
  const near = suggest(key, known) ?? meant(key, known);
  const choice = known.length === 0 ? undefined : `known keys: ${listed(known)}`;
  const hint = near === undefined ? choice : `did you mean "${near}"?`;
  return { path: [...path, key], point: 'key', message: 'unknown key', hint };
}

/** What other tools call our keys. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  after: 'needs',
  arguments: 'args',
  cmd: 'run',
  command: 'run',
  container: 'image',
  cwd: 'dir',
  depends: 'needs',
  depends_on: 'needs',
  dependsOn: 'needs',
  docker: 'image',
  exec: 'run',
  foreach: 'each',
  function: 'call',
  if: 'when',
  requires: 'needs',
  retries: 'retry',
  script: 'run',
  variables: 'env',
  workdir: 'dir',
};

/** The key for which somebody wrote the long form, the beginning, or the name it has elsewhere. */
function meant(key: string, known: readonly string[]): string | undefined {
  const elsewhere = Object.hasOwn(ELSEWHERE, key) ? ELSEWHERE[key] : undefined;
  if (elsewhere !== undefined && known.includes(elsewhere)) return elsewhere;
  const akin = known.filter(
    (one) => (one.length >= 3 && key.startsWith(one)) || (key.length >= 3 && one.startsWith(key)),
  );
  return akin.length === 1 ? akin[0] : undefined;
}

/** Zod's own sentences are replaced by ours; what a schema's author wrote is kept. */
function isCustom(message: string): boolean {
  return !/^(?:Invalid|Too (?:big|small)|Unrecognized key)/.test(message);
}

/**
 * Of a union, what the reader probably meant: when the value has the right basic type for some alternatives, what those
 * say (the one with the fewest complaints); otherwise all the types that would have done.
 */
function explainUnion(
  branches: readonly (readonly Issue[])[],
  path: Path,
  checked: Checked,
): SchemaComplaint[] {
  const near = branches.filter((issues) => !issues.some((issue) => isAboutType(issue)));
  const best = near.toSorted((a, b) => a.length - b.length)[0];
  if (best !== undefined) return best.flatMap((issue) => explain(issue, checked, path));
  const node = nodeOf(checked, path);
  const expected = [...new Set(branches.flatMap((issues) => issues.flatMap(expectedWords)))];
  const complaint = expectation(expected.join(' or ') || 'another value', node);
  return [{ path, point: 'value', ...complaint }];
}

function isAboutType(issue: Issue): boolean {
  return (
    issue.path.length === 0 && (issue.code === 'invalid_type' || issue.code === 'invalid_value')
  );
}

function expectedWords(issue: Issue): string[] {
  if (issue.path.length > 0) return [];
  if (issue.code === 'invalid_type') return [EXPECTED[issue.expected] ?? issue.expected];
  if (issue.code === 'invalid_value') return [listed(issue.values.map(quoted))];
  if (issue.code === 'invalid_union') return issue.errors.flat().flatMap(expectedWords);
  return [];
}

function expectation(expected: string, node: Node | undefined): Complaint {
  if (node === undefined) return { message: `missing, expected ${expected}` };
  const message = `expected ${expected}, got ${describeNode(node)}`;
  const isReference =
    node.kind === 'scalar' &&
    typeof node.value === 'string' &&
    /\$\{(?:env|secret):/.test(node.value);
  if (!isReference) return { message };
  return {
    message,
    hint: 'a reference always gives a text; use `--set` or a profile for other values',
  };
}

function complaintOf(issue: Issue, node: Node | undefined): Complaint {
  if (isCustom(issue.message)) return customComplaint(issue.message, node);
  switch (issue.code) {
    case 'invalid_type':
      return expectation(EXPECTED[issue.expected] ?? issue.expected, node);
    case 'invalid_value':
      return valueComplaint(issue.values, node);
    case 'too_small':
    case 'too_big':
      return sizeComplaint(issue, node);
    case 'not_multiple_of':
      return expectation(`a multiple of ${issue.divisor}`, node);
    case 'invalid_format':
      return expectation(`a text in the form of ${formatWords(issue)}`, node);
    default:
      return { message: issue.message };
  }
}

function customComplaint(message: string, node: Node | undefined): Complaint {
  // A map or list says nothing that the place does not show.
  const open =
    message.startsWith('expected ') && !/, got /.test(message) && node?.kind === 'scalar';
  return open ? expectation(message.slice('expected '.length), node) : { message };
}

function valueComplaint(
  values: readonly z.core.util.Primitive[],
  node: Node | undefined,
): Complaint {
  const complaint = expectation(
    `${values.length > 1 ? 'one of ' : ''}${listed(values.map(quoted))}`,
    node,
  );
  const written = node?.kind === 'scalar' ? String(node.value) : '';
  const near = suggest(written, values.map(String));
  return near === undefined ? complaint : { ...complaint, hint: `did you mean "${near}"?` };
}

function sizeComplaint(
  issue: Extract<Issue, { code: 'too_small' | 'too_big' }>,
  node: Node | undefined,
): Complaint {
  const small = issue.code === 'too_small';
  const bound = Number(small ? issue.minimum : issue.maximum);
  if (issue.origin === 'string' && small && bound === 1)
    return expectation('a text that is not empty', node);
  const inclusive = issue.inclusive !== false;
  const side = small ? (inclusive ? 'at least' : 'more than') : inclusive ? 'at most' : 'less than';
  const unit = UNITS[issue.origin];
  if (unit !== undefined)
    return expectation(`${side} ${bound} ${bound === 1 ? unit[0] : unit[1]}`, node);
  return expectation(`a number of ${side} ${bound}`, node);
}

const UNITS: Readonly<Record<string, readonly [one: string, many: string]>> = {
  string: ['character', 'characters'],
  array: ['entry', 'entries'],
  set: ['entry', 'entries'],
  object: ['key', 'keys'],
  map: ['entry', 'entries'],
};

function formatWords(issue: Extract<Issue, { code: 'invalid_format' }>): string {
  if (issue.format === 'regex' && issue.pattern !== undefined) return issue.pattern;
  return issue.format;
}
