import type { PyValue } from '../python/value.ts';
import { analyzeStatements } from './analyze.ts';
import type { BlockCode } from './blocks.ts';
import { declarations, literal, variable } from './code.ts';
import { compileStatements } from './compile-statement.ts';
import { GLOBALS } from './globals.ts';
import { undeclaredIn } from './names-in.ts';
import { parseTemplate } from './parser.ts';
import { load, Program, type ProgramSource } from './program.ts';
import { Context, Render } from './render.ts';
import { enterScope, type Scope } from './scope.ts';
import { FunctionScope, Symbols } from './symbols.ts';
import type { Statement } from './syntax-tree.ts';
import { templateError } from './template-error.ts';
import { Unit } from './unit.ts';

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
  place: {
    readonly program: Program;
    readonly isTop: boolean;
    readonly special: readonly string[];
  },
): string {
  const owner = new FunctionScope();
  const symbols = new Symbols(owner);
  const uses = undeclaredIn(statements, place.special);
  const special = place.special
    .filter((name) => uses.has(name))
    .map((name) => `${variable(symbols.parameter(name))} = ${specialValue(name)};\n`);
  analyzeStatements(symbols, statements);
  const { program, isTop } = place;
  const scope: Scope = { program, symbols, isTop, isConditional: false, loop: undefined };
  const body = unit.body(scope, statements);
  const code = [...special, enterScope(scope), body, 'return written(o);\n'].join('');
  return `(r, c) => {\n${declarations(owner)}${code}}`;
}

function specialValue(name: string): string {
  if (name === 'self') return 'new TemplateSelf(b, c)';
  return 'new PyUndefined("there is no parent block")';
}

/**
 * The JavaScript that a template becomes. It is made of the pieces that the compiler knows; what a template says is in it only
 * as literals of texts and whole numbers.
 * @throws PyException for a template that cannot be read
 */
export function compileSource(source: string): ProgramSource {
  const unit = new Unit(compileStatements);
  const program = new Program(source.includes('autoescape'));
  const statements = parseTemplate(source);
  const main = compileRoutine(unit, statements, { program, isTop: true, special: ['self'] });
  const blocks = unit.compileBlocks(({ body }) =>
    compileRoutine(unit, body, { program, isTop: false, special: ['self', 'super'] }),
  );
  const entries = blocks.map(([name, code]) => `[${literal(name)}, ${code}]`).join(',\n');
  const js = `const b = new Blocks(new Map([${entries}]));\nreturn ${main};\n`;
  return { js, constants: program.constants };
}

function loaded(source: string, template: string): BlockCode {
  try {
    return load(compileSource(source));
  } catch (error) {
    throw templateError(error, { template, line: 1 }) ?? error;
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
  const run = loaded(source, name);
  const isStrict = options.strict === true;
  return {
    render: (names) => {
      const render = new Render(isStrict);
      try {
        return run(render, new Context(render, names, GLOBALS));
      } catch (error) {
        throw templateError(error, { template: name, line: render.line }) ?? error;
      }
    },
  };
}
