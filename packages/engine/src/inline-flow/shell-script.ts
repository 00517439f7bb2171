import { plainText, type Template, type TemplateScope } from '@orchestrate/core';
import { findReferences } from '../project/reference-syntax.ts';
import { inlineError } from './errors.ts';
import { hasToken, splitTokens, tokenAt } from './path-tokens.ts';
import { quoteAt, type ShellPosition, variableAt } from './shell-quoting.ts';
import { ShellScanner } from './shell-scanner.ts';

/** A rendered script and the variables it reads its references from. */
interface RenderedScript {
  readonly script: string;
  /** Variable -> `${env:NAME}`; resolved late, like all references. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A shell script with expressions; every value stays one harmless piece of text wherever it stands. */
export interface ShellScript {
  /** @throws INLINE_SHELL_POSITION, SECRET_IN_COMMAND, TEMPLATE_* */
  render(scope: TemplateScope): RenderedScript;
}

type Variables = Map<string, string>;

/** References are not resolved inside scripts, where their values would be read as shell text, but handed over in variables. */
function variableFor(reference: string, variables: Variables): string {
  for (const [name, text] of variables) if (text === reference) return name;
  const name = `ORCHESTRATE_REF_${variables.size + 1}`;
  variables.set(name, reference);
  return name;
}

function splitReferences(text: string): { readonly text: string; readonly reference: boolean }[] {
  const pieces: { text: string; reference: boolean }[] = [];
  let at = 0;
  for (const found of findReferences(text)) {
    if ('complaint' in found) continue;
    if (found.kind === 'secret') {
      throw inlineError('SECRET_IN_COMMAND', `${found.text} stands in a command`);
    }
    pieces.push({ text: text.slice(at, found.index), reference: false });
    pieces.push({ text: found.text, reference: true });
    at = found.index + found.text.length;
  }
  pieces.push({ text: text.slice(at), reference: false });
  return pieces;
}

/** One piece of text at a position: references become variables, tokens learn how to quote their paths. */
function writeText(text: string, position: ShellPosition, variables: Variables): string {
  if (!text.includes('${') && !hasToken(text)) return quoteAt(position, text);
  const written = splitReferences(text).flatMap((piece) => {
    if (piece.reference) return [variableAt(position, variableFor(piece.text, variables))];
    return splitTokens(piece.text).map((part, index) => {
      if (index % 2 === 1) return tokenAt(position, part);
      return part === '' ? '' : quoteAt(position, part);
    });
  });
  return written.join('');
}

function writeValue(value: unknown, position: ShellPosition, variables: Variables): string {
  if (Array.isArray(value) && position.kind === 'word') {
    return value.map((item) => writeText(textOf(item), position, variables)).join(' ');
  }
  return writeText(textOf(value), position, variables);
}

function textOf(value: unknown): string {
  const text = plainText(value);
  if (text !== undefined) return text;
  const message =
    'a map or nothing cannot stand in a command; give a field of it, "| json" or "| default(...)"';
  throw inlineError('INLINE_SHELL_POSITION', message);
}

/**
 * Prepares a script. References in its fixed text become variables as well, quoted for where they stand.
 * @throws INLINE_SHELL_POSITION for a reference where no variable can stand, SECRET_IN_COMMAND
 */
export function compileScript(template: Template): ShellScript {
  const scanner = new ShellScanner();
  const fixed: Variables = new Map();
  const literals: string[] = [];
  const positions: ShellPosition[] = [];
  for (const literal of template.literals) {
    let text = '';
    for (const piece of splitReferences(literal)) {
      if (!piece.reference) scanner.feed(piece.text);
      text += piece.reference
        ? variableAt(scanner.position(), variableFor(piece.text, fixed))
        : piece.text;
    }
    literals.push(text);
    positions.push(scanner.position());
  }
  return {
    render(scope) {
      const variables = new Map(fixed);
      let script = literals[0] ?? '';
      template.values(scope).forEach((value, slot) => {
        const position = positions[slot] ?? { kind: 'closed' };
        script +=
          template.raw[slot] === true ? textOf(value) : writeValue(value, position, variables);
        script += literals[slot + 1] ?? '';
      });
      return { script, environment: Object.fromEntries(variables) };
    },
  };
}
