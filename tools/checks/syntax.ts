import { parseSync } from 'oxc-parser';

/** A node of the syntax tree: only what the checks read of it. */
export interface SyntaxNode {
  readonly type: string;
  readonly [field: string]: unknown;
}

/** One module named in an import, export, `import()`, `require()` or type import. */
export interface ModuleReference {
  readonly specifier: string;
  /** Loaded by `import()` when the program gets there, rather than at its start. */
  readonly lazy: boolean;
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function* children(node: SyntaxNode): Generator<SyntaxNode> {
  for (const value of Object.values(node)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (isNode(item)) yield item;
    }
  }
}

/** Every node of a syntax tree, parents first. */
export function* walk(node: SyntaxNode): Generator<SyntaxNode> {
  yield node;
  for (const child of children(node)) yield* walk(child);
}

/**
 * Parses TypeScript.
 * @throws Error when the text is not valid TypeScript.
 */
export function parse(file: string, text: string): SyntaxNode {
  const { program, errors } = parseSync(file, text);
  const [first] = errors;
  if (first !== undefined) throw new Error(`${file}: ${first.message}`);
  return program as unknown as SyntaxNode;
}

/** The value of a string literal, or `undefined` for anything else. */
export function stringValue(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Literal' && typeof node['value'] === 'string'
    ? node['value']
    : undefined;
}

/** The name of an identifier or the value of a string literal: how a key or a callee is called. */
export function nameOf(node: unknown): string | undefined {
  return isNode(node) && node.type === 'Identifier' && typeof node['name'] === 'string'
    ? node['name']
    : stringValue(node);
}

function isRequire(node: SyntaxNode): boolean {
  const callee = node['callee'];
  if (!isNode(callee)) return false;
  const name = callee.type === 'MemberExpression' ? nameOf(callee['object']) : nameOf(callee);
  return name === 'require';
}

function referenceOf(node: SyntaxNode): ModuleReference | undefined {
  // `typeof import()` is gone before anything runs.
  const lazy = node.type === 'ImportExpression' || node.type === 'TSImportType';
  const named =
    node.type === 'CallExpression' && isRequire(node)
      ? (node['arguments'] as unknown[])[0]
      : node['source'];
  const specifier = stringValue(named);
  return specifier === undefined ? undefined : { specifier, lazy };
}

/** Every module that a file names, in whatever way. */
export function moduleReferences(program: SyntaxNode): ModuleReference[] {
  return [...walk(program)].flatMap((node) => referenceOf(node) ?? []);
}
