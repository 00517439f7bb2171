import type { LoadedProjectFile } from '@orchestrate/engine';
import type { CommandBody } from '../command-context.ts';
import { EXIT } from '../exit-codes.ts';
import { renderTable } from '../output/table.ts';
import { editorSchema } from '../session/editor-schema.ts';
import { lookOf } from '../session/look.ts';
import { openProject } from '../session/open-project.ts';

interface PluginLine {
  readonly kind: string;
  readonly name: string;
  readonly package: string;
  readonly version?: string;
  readonly contract: number;
  /** Entries of the project that use it: `backends.hpc`. */
  readonly usedBy: readonly string[];
}

function linesOf(loaded: LoadedProjectFile): readonly PluginLine[] {
  const uses = [
    ...[...loaded.backends.values()].map((entry) => ({ ...entry, place: 'backends' })),
    ...[...loaded.storages.values()].map((entry) => ({ ...entry, place: 'storage' })),
    ...loaded.flows.map((entry) => ({ ...entry, place: 'flows' })),
  ];
  return loaded.plugins.map(({ plugin, from, version }) => ({
    kind: plugin.kind,
    name: plugin.name,
    package: from,
    ...(version === undefined ? {} : { version }),
    contract: plugin.contract,
    usedBy: uses.filter((use) => use.plugin === plugin).map((use) => `${use.place}.${use.name}`),
  }));
}

/** `orchestrate plugins`. */
export const plugins: CommandBody = async (context) => {
  const { call, output } = context;
  const loaded = await openProject(context);
  if (call.has('schema')) {
    output.answer(await editorSchema(loaded));
    return EXIT.succeeded;
  }
  const lines = linesOf(loaded);
  if (output.isJson) {
    output.answer({ plugins: lines });
    return EXIT.succeeded;
  }
  const columns = [
    { title: 'kind' },
    { title: 'name' },
    { title: 'package', flexible: true },
    { title: 'version' },
    { title: 'contract', align: 'right' as const },
    { title: 'used by', flexible: true },
  ];
  const rows = lines.map((line) => [
    line.kind,
    line.name,
    line.package,
    line.version ?? 'built in',
    String(line.contract),
    line.usedBy.length === 0 ? { text: 'nothing', tone: 'faint' as const } : line.usedBy.join(', '),
  ]);
  const look = lookOf(context);
  output.print(...renderTable(columns, rows, { ...look, cut: look.signs.cut }));
  return EXIT.succeeded;
};
