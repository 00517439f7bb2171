import type { Scope } from './scope.ts';
import type { BlockStatement, Statement } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';

/** Turns statements into code. */
export type CompileStatements = (
  unit: Unit,
  scope: Scope,
  statements: readonly Statement[],
) => string;

/** What the parts of one template share while it is compiled: its blocks, which are compiled on their own. */
export class Unit {
  readonly #written: BlockStatement[] = [];
  readonly #compile: CompileStatements;

  constructor(compile: CompileStatements) {
    this.#compile = compile;
  }

  /** Code of the statements inside a loop, macro or other tag. */
  body(scope: Scope, statements: readonly Statement[]): string {
    return this.#compile(this, scope, statements);
  }

  /** Notes a block where it stands; its body is compiled later. */
  addBlock(block: BlockStatement): void {
    const known = this.#written.find(({ name }) => name === block.name);
    if (known !== undefined && known !== block)
      throw new TemplateProblem(
        `block '${block.name}' defined twice`,
        block.line,
        'TemplateAssertionError',
      );
    if (known === undefined) this.#written.push(block);
  }

  /** Compiles every block, also those inside others. */
  compileBlocks(
    compile: (block: BlockStatement) => string,
  ): readonly (readonly [string, string])[] {
    const compiled: (readonly [string, string])[] = [];
    for (let at = 0; at < this.#written.length; at += 1) {
      const block = this.#written[at];
      if (block !== undefined) compiled.push([block.name, compile(block)]);
    }
    return compiled;
  }
}
