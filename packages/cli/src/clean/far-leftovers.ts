import { isFlowError, type Remains, type RunId } from '@orchestrate/core';
import type { CommandContext } from '../command-context.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { openProject } from '../session/open-project.ts';
import { type OpenProviders, openSweepers } from '../session/open-providers.ts';

/** What ended runs have left where their jobs were. */
export interface FarLeftover extends Remains {
  /** Name of the backend. */
  readonly backend: string;
}

/** Looks at the backends of a project for as long as it is open. */
export class FarLeftovers implements AsyncDisposable {
  readonly #open: OpenProviders;
  readonly #over: ReadonlySet<RunId>;
  readonly #context: CommandContext;

  private constructor(open: OpenProviders, over: ReadonlySet<RunId>, context: CommandContext) {
    this.#open = open;
    this.#over = over;
    this.#context = context;
  }

  /** `undefined` when the project cannot be read: what is on this machine can be cleaned without. */
  static async open(
    context: CommandContext,
    over: ReadonlySet<RunId>,
  ): Promise<FarLeftovers | undefined> {
    if (over.size === 0) return undefined;
    try {
      const loaded = await openProject(context);
      const open = await openSweepers(loaded, terminalLog(context.output));
      return new FarLeftovers(open, over, context);
    } catch (error) {
      if (!isFlowError(error)) throw error;
      context.output.note(`only what is on this machine was looked at: ${error.message}`);
      return undefined;
    }
  }

  find(): Promise<readonly FarLeftover[]> {
    return this.#sweep(true);
  }

  async remove(): Promise<void> {
    await this.#sweep(false);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#open[Symbol.asyncDispose]();
  }

  async #sweep(dryRun: boolean): Promise<readonly FarLeftover[]> {
    const found: FarLeftover[] = [];
    for (const [name, backend] of this.#open.providers.backends) {
      try {
        const remains = (await backend.sweep?.(this.#over, { dryRun })) ?? [];
        found.push(...remains.map((one) => ({ ...one, backend: name })));
      } catch (error) {
        if (!isFlowError(error)) throw error;
        this.#context.output.note(`${name} could not be looked at: ${error.message}`);
      }
    }
    return found;
  }
}
