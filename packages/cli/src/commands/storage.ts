import type { CommandBody, CommandContext } from '../command-context.ts';
import type { ExitCode } from '../exit-codes.ts';
import { terminalLog } from '../output/terminal-log.ts';
import { openProject } from '../session/open-project.ts';
import { openStorages } from '../session/open-providers.ts';
import { interruptSignal } from '../storage/interrupt.ts';
import type { StorageAction } from '../storage/storage-call.ts';

const ACTIONS: Readonly<Record<string, () => Promise<StorageAction>>> = {
  ls: async () => (await import('../storage/list-action.ts')).listAction,
  stat: async () => (await import('../storage/stat-action.ts')).statAction,
  cp: async () => (await import('../storage/copy-action.ts')).copyAction,
  sync: async () => (await import('../storage/sync-action.ts')).syncAction,
  rm: async () => (await import('../storage/remove-action.ts')).removeAction,
  check: async () => (await import('../storage/check-action.ts')).checkAction,
};

const AT_ONCE = 32;

/** `orchestrate storage`. */
export const storage: CommandBody = (context) => act(context, context.call.text('ACTION') ?? '');

/** `orchestrate check`: the same as `orchestrate storage check`. */
export const check: CommandBody = (context) => act(context, 'check');

async function act(context: CommandContext, name: string): Promise<ExitCode> {
  const { call, output } = context;
  const action = await ACTIONS[name]?.();
  if (action === undefined) throw new Error('the action was not checked');
  const words = call.texts('ADDRESS');
  const loaded = await openProject(context);
  const names = [...loaded.storages.keys()].filter((name) => isMeant(name, words));
  await using open = await openStorages(loaded, terminalLog(output), names);
  using interrupted = interruptSignal();
  return await action({
    ...context,
    loaded,
    storages: open.providers.storages,
    words,
    signal: interrupted.signal,
    parallel: call.count('parallel') ?? AT_ONCE,
  });
}

/** Only what the call names is opened; a name that is none is best explained beside all that there are. */
function isMeant(name: string, words: readonly string[]): boolean {
  return name === 'local' || words.some((word) => word.startsWith(`${name}:`));
}
