import { PyUndefined } from '../python/undefined.ts';
import type { PyObject, PyValue } from '../python/value.ts';
import { analyzeStatements } from './analyze.ts';
import { compileStatements } from './compile-statement.ts';
import { Frame } from './frame.ts';
import { GLOBALS } from './globals.ts';
import { undeclaredIn } from './names-in.ts';
import { parseTemplate } from './parser.ts';
import { Context, Render } from './render.ts';
import { enterScope, type Scope, sequence } from './scope.ts';
import { FunctionScope, Symbols } from './symbols.ts';
import type { Statement } from './syntax-tree.ts';
import { templateError } from './template-error.ts';
import { TemplateSelf } from './template-self.ts';
import { type Routine, Unit } from './unit.ts';

/** A template that was read once and can be rendered many times. */
export interface CompiledTemplate {
  /**
   * Fills the template in.
   * @throws JINJA_UNDEFINED, JINJA_RENDER or JINJA_LIMIT with the template's name and the line
   */
  render(names: ReadonlyMap<string, PyValue>): string;
}

/** How a template treats what is not there. */
export interface TemplateOptions {
  /** A name, attribute or item that does not exist is an error wherever it is used, not just empty. */
  readonly strict?: boolean;
}

/** Code of a whole template or of one block: both start with nothing but the context. */
function compileRoutine(
  unit: Unit,
  statements: readonly Statement[],
  place: { readonly isTop: boolean; readonly special: readonly string[] },
): Routine {
  const owner = new FunctionScope();
  const symbols = new Symbols(owner);
  const uses = undeclaredIn(statements, place.special);
  const slots = place.special
    .filter((name) => uses.has(name))
    .map((name) => [name, symbols.parameter(name).slot] as const);
  analyzeStatements(symbols, statements);
  const scope: Scope = { symbols, isTop: place.isTop, isConditional: false };
  const special = slots.map(([name, slot]) => (frame: Frame) => {
    frame.slots[slot] = specialValue(unit, name, frame.context);
  });
  const enter = enterScope(scope);
  const body = unit.body(scope, statements);
  return { scope: owner, execute: sequence([...special, enter, body]) };
}

function specialValue(unit: Unit, name: string, context: Context): PyObject {
  if (name === 'self') return new TemplateSelf(unit, context);
  return new PyUndefined('there is no parent block');
}

function compile(source: string): (context: Context) => void {
  const unit = new Unit(compileStatements);
  const statements = parseTemplate(source);
  const root = compileRoutine(unit, statements, { isTop: true, special: ['self'] });
  unit.compileBlocks(({ body }) =>
    compileRoutine(unit, body, { isTop: false, special: ['self', 'super'] }),
  );
  return (context) => root.execute(new Frame(root.scope, context));
}

function located<T>(template: string, line: () => number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw templateError(error, { template, line: line() }) ?? error;
  }
}

/**
 * Reads a template of Jinja2's language, with the settings of `jinja2.Template(source)`: no loader, no escaping, the final
 * line end dropped. Code in a template reaches the values it is given and nothing else.
 * @param name shown in errors
 * @throws JINJA_SYNTAX or JINJA_UNSUPPORTED with the name and the line
 */
export function compileTemplate(
  source: string,
  name: string,
  options: TemplateOptions = {},
): CompiledTemplate {
  const run = located(
    name,
    () => 1,
    () => compile(source),
  );
  return {
    render: (names) => {
      const render = new Render(options.strict === true);
      return located(
        name,
        () => render.line,
        () => {
          run(new Context(render, names, GLOBALS));
          return render.output;
        },
      );
    },
  };
}
