import { namesIn, namesInFilter } from './names-in.ts';
import type { Symbols } from './symbols.ts';
import type { Expression, MacroSignature, Statement, Target } from './syntax-tree.ts';
import { namesOf } from './target.ts';

/** Notes the names that an expression looks up. */
export function analyzeExpression(symbols: Symbols, value: Expression | undefined): void {
  if (value !== undefined) for (const name of namesIn(value)) symbols.load(name);
}

/** Notes the names that a target gives a value. */
function analyzeTarget(symbols: Symbols, target: Target): void {
  if (target.kind === 'name') symbols.store(target.name);
  else if (target.kind === 'namespace') symbols.load(target.name);
  else for (const item of target.items) analyzeTarget(symbols, item);
}

/** Notes names that have their value before the scope is entered. */
export function analyzeParameters(symbols: Symbols, target: Target): void {
  for (const name of namesOf(target)) symbols.parameter(name);
}

/** Notes the parameters of a macro and what their defaults look up. */
export function analyzeSignature(symbols: Symbols, signature: MacroSignature): void {
  for (const name of signature.parameters) symbols.parameter(name);
  for (const value of signature.defaults) analyzeExpression(symbols, value);
}

function analyzeIf(symbols: Symbols, statement: Extract<Statement, { kind: 'if' }>): void {
  const [first, ...more] = statement.branches;
  analyzeExpression(symbols, first?.test);
  const body = symbols.copy();
  analyzeStatements(body, first?.body ?? []);
  const others = symbols.copy();
  for (const branch of more) analyzeIf(others, { ...statement, branches: [branch], otherwise: [] });
  const otherwise = symbols.copy();
  analyzeStatements(otherwise, statement.otherwise);
  symbols.merge([body, others, otherwise]);
}

/** Notes the names of statements that belong to a scope itself, not of the scopes inside it. */
export function analyzeStatements(symbols: Symbols, statements: readonly Statement[]): void {
  for (const statement of statements) analyze(symbols, statement);
}

function analyze(symbols: Symbols, statement: Statement): void {
  switch (statement.kind) {
    case 'data':
    case 'block':
    case 'autoescape':
      return;
    case 'print':
      analyzeExpression(symbols, statement.value);
      return;
    case 'set':
      analyzeExpression(symbols, statement.value);
      analyzeTarget(symbols, statement.target);
      return;
    case 'set-block':
      analyzeTarget(symbols, statement.target);
      return;
    case 'for':
      analyzeExpression(symbols, statement.of);
      return;
    case 'if':
      analyzeIf(symbols, statement);
      return;
    case 'macro':
      symbols.store(statement.name);
      return;
    case 'call-block':
      analyzeExpression(symbols, statement.call);
      return;
    case 'filter-block':
      for (const name of namesInFilter(statement.filter)) symbols.load(name);
      return;
    case 'with':
      for (const value of statement.values) analyzeExpression(symbols, value);
  }
}
