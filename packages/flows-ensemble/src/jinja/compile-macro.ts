import { analyzeSignature, analyzeStatements } from './analyze.ts';
import { asValue, declarations, literal, valueCode, variable } from './code.ts';
import { compileArguments } from './compile-call.ts';
import { compileExpression, compileValue, printed } from './compile-expression.ts';
import type { MacroShape } from './macro.ts';
import { undeclaredIn } from './names-in.ts';
import { enterScope, helper, innerScope, type Scope } from './scope.ts';
import type { CallStatement, MacroStatement } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';
import type { Unit } from './unit.ts';

type MacroSource = Pick<MacroStatement, 'line' | 'signature' | 'body'> & { readonly name?: string };

const SPECIAL = ['caller', 'kwargs', 'varargs'] as const;

/** Code that makes a macro where it is defined; its body sees the names around it as they are when it is called. */
function compileBody(unit: Unit, scope: Scope, source: MacroSource): string {
  const { signature, body } = source;
  const inner = innerScope(scope, true);
  const { program, symbols } = inner;
  analyzeSignature(symbols, signature);
  analyzeStatements(symbols, body);
  const uses = undeclaredIn(body, SPECIAL);
  checkCaller(source, uses);
  const { parameters } = signature;
  const extra = SPECIAL.filter((name) => uses.has(name) && !parameters.includes(name));
  const references = [
    ...parameters.map((name) => symbols.find(name) ?? symbols.parameter(name)),
    ...extra.map((name) => symbols.parameter(name)),
  ];
  analyzeSignature(symbols, signature);
  analyzeStatements(symbols, body);
  const shape: MacroShape = {
    name: source.name,
    parameters,
    takesNamed: extra.includes('kwargs'),
    takesMore: extra.includes('varargs'),
    takesCaller: uses.has('caller'),
  };
  const filled = references.map((reference, at) => `${variable(reference)} = given[${at}];\n`);
  const code = [
    ...filled,
    enterScope(inner),
    compileDefaults(inner, source),
    unit.body(inner, body),
    `return ${program.made('written(o)')};\n`,
  ].join('');
  const run = `(given) => {\n${declarations(symbols.owner)}${code}}`;
  return `new Macro(${program.constant(shape)}, r, ${run})`;
}

/** `caller` may be a parameter only when it can be left out. */
function checkCaller(source: MacroSource, uses: ReadonlySet<string>): void {
  const { parameters, defaults } = source.signature;
  const at = parameters.indexOf('caller');
  if (uses.has('caller') && at !== -1 && at < parameters.length - defaults.length)
    throw new TemplateProblem(
      'the special argument "caller" must be left out or have a default',
      source.line,
      'TemplateAssertionError',
    );
}

function compileDefaults(scope: Scope, { signature }: MacroSource): string {
  const { parameters, defaults } = signature;
  const first = parameters.length - defaults.length;
  return parameters
    .map((name, at) => {
      const reference = scope.symbols.find(name);
      if (reference === undefined) return '';
      const otherwise = defaults[at - first];
      const value =
        otherwise === undefined
          ? `r.undefined(${literal(`parameter '${name}' was not provided`)})`
          : compileValue(scope, otherwise);
      return `if (${variable(reference)} === undefined) ${variable(reference)} = ${value};\n`;
    })
    .join('');
}

/** Turns a macro into code. */
export function compileMacro(unit: Unit, scope: Scope, statement: MacroStatement): string {
  const { name } = statement;
  const made = compileBody(unit, scope, statement);
  const reference = scope.symbols.find(name);
  if (reference === undefined) return '';
  const exported = scope.isTop ? `c.set(${literal(name)}, ${variable(reference)});\n` : '';
  return `${variable(reference)} = ${made};\n${exported}`;
}

/** Turns a `call` block into code: its body becomes `caller` of what is called. */
export function compileCallBlock(unit: Unit, scope: Scope, statement: CallStatement): string {
  const { of, given } = statement.call;
  const caller = helper(scope);
  const made = compileBody(unit, scope, statement);
  const callee = asValue(compileExpression(scope, of));
  const { all } = compileArguments(scope, given, compileExpression);
  const called = valueCode(`callWithCaller(${callee}, ${all}, ${caller})`);
  return `${caller} = ${made};\no += ${printed(scope, called)};\n`;
}
