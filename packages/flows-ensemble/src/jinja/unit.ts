import type { Execute } from './frame.ts';
import { Frame } from './frame.ts';
import type { Context } from './render.ts';
import type { Scope } from './scope.ts';
import type { FunctionScope } from './symbols.ts';
import type { BlockStatement, Statement } from './syntax-tree.ts';
import { TemplateProblem } from './template-error.ts';

/** Code that runs in a frame of its own. */
export interface Routine {
  readonly scope: FunctionScope;
  readonly execute: Execute;
}

/** Turns statements into code. */
export type CompileStatements = (
  unit: Unit,
  scope: Scope,
  statements: readonly Statement[],
) => Execute;

/** What the parts of one template share while it is compiled: its blocks, which are compiled on their own. */
export class Unit {
  readonly #written: BlockStatement[] = [];
  readonly #blocks = new Map<string, Routine>();
  readonly #compile: CompileStatements;

  constructor(compile: CompileStatements) {
    this.#compile = compile;
  }

  /** Code of the statements inside a loop, macro or other tag. */
  body(scope: Scope, statements: readonly Statement[]): Execute {
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
  compileBlocks(compile: (block: BlockStatement) => Routine): void {
    for (let at = 0; at < this.#written.length; at += 1) {
      const block = this.#written[at];
      if (block !== undefined) this.#blocks.set(block.name, compile(block));
    }
  }

  hasBlock(name: string): boolean {
    return this.#blocks.has(name);
  }

  runBlock(name: string, context: Context): void {
    const block = this.#blocks.get(name);
    if (block === undefined) return;
    context.render.nested(() => block.execute(new Frame(block.scope, context)));
  }
}
