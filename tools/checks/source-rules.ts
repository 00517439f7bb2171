import { nameOf, parse, type SyntaxNode, stringValue, walk } from './syntax.ts';
import { type Finding, listSources, type Report, readText } from './tree.ts';

const VAGUE = /(^|\/)(utils?|helpers?|common|misc|types)(\.ts$|\/)/;
const SHELLS = new Set(['exec', 'execSync']);

/** Names that say nothing about what a file holds collect everything. */
function checkName(file: string): string[] {
  return VAGUE.test(file) ? ['name the file or folder for what it holds'] : [];
}

/** `{ shell: <anything but false> }`, in whatever call it ends up. */
function isShellOption(node: SyntaxNode): boolean {
  if (node.type !== 'Property' || nameOf(node['key']) !== 'shell') return false;
  const value = node['value'] as SyntaxNode;
  return value.type === 'Literal'
    ? value['value'] === true || stringValue(value) !== undefined
    : false;
}

/** `{ kind: 'shell', script, shell: 'sh' }` is a task's work, written down and not yet a call. */
function describesShellWork(node: SyntaxNode): boolean {
  const fields = node['properties'];
  if (node.type !== 'ObjectExpression' || !Array.isArray(fields)) return false;
  return fields.some(
    (field: SyntaxNode) =>
      nameOf(field['key']) === 'kind' && stringValue(field['value'] as SyntaxNode) === 'shell',
  );
}

/** `childProcess.exec(...)`: the import rule of the linter sees named imports only. */
function isShellCall(node: SyntaxNode): boolean {
  if (node.type !== 'CallExpression') return false;
  const callee = node['callee'] as SyntaxNode;
  if (callee.type !== 'MemberExpression' || !SHELLS.has(nameOf(callee['property']) ?? ''))
    return false;
  return /^(child_?process|cp)$/i.test(nameOf(callee['object']) ?? '');
}

function checkSyntax(program: SyntaxNode): string[] {
  const nodes = [...walk(program)];
  const described = new Set(
    nodes.filter(describesShellWork).flatMap((node) => node['properties'] as SyntaxNode[]),
  );
  return nodes.flatMap((node) => {
    if (isShellOption(node) && !described.has(node)) return ['no shell option: give an argv array'];
    if (isShellCall(node)) return ['exec starts a shell: use spawn or execFile with an argv array'];
    return [];
  });
}

/** Checks file names and process starts: rules that no linter in use here can express. */
export function checkSources(root: string): Report {
  const files = listSources(root);
  const findings = files.flatMap((file): Finding[] =>
    [...checkName(file), ...checkSyntax(parse(file, readText(root, file)))].map((message) => ({
      file,
      message,
    })),
  );
  return { looked: files.length, findings };
}
