import { countOf, countText } from '../output/quantity-text.ts';
import { type Cell, renderTable } from '../output/table.ts';
import { lookOf } from '../session/look.ts';
import type { ArrayReport, FolderReport, ManifestReport } from './check-folder.ts';
import type { StorageCall } from './storage-call.ts';

const SHOWN = 5;

function listed(what: string, paths: readonly string[], count = paths.length): string[] {
  if (count === 0) return [];
  const shown = paths.slice(0, SHOWN).join(', ');
  return [`  ${what}: ${shown}${count > SHOWN ? ` and ${countText(count - SHOWN)} more` : ''}`];
}

function manifestText(address: string, report: ManifestReport): string[] {
  const { state, run, task, files, missing, changed, extra } = report;
  const whole =
    state === 'complete'
      ? `${countOf(files, 'file')} in its manifest`
      : 'not whole: its files were being replaced and that has not ended';
  return [
    `${address} made by ${task} in run ${run}: ${whole}`,
    ...listed('missing', missing),
    ...listed('not as the manifest says', changed),
    ...(extra > 0 ? [`  ${countOf(extra, 'file')} beside those of the manifest`] : []),
  ];
}

const number = (count: number): Cell =>
  count === 0 ? { text: '0', tone: 'faint' } : { text: countText(count), tone: 'bad' };

function rowOf({ path, shape, chunks, missing, fill, damaged }: ArrayReport): Cell[] {
  return [
    path === '' ? '.' : path,
    shape.length === 0 ? 'scalar' : shape.join(' × '),
    countText(chunks),
    number(missing.count),
    number(fill.count),
    number(damaged.count),
  ];
}

function arrayDetails(report: ArrayReport): string[] {
  const { path, missing, fill, damaged, foreign, opaque } = report;
  const found = [
    ...listed('missing', missing.first, missing.count),
    ...listed('nothing but fill value', fill.first, fill.count),
    ...listed('damaged', damaged.first, damaged.count),
    ...listed('no chunk of it', foreign.first, foreign.count),
    ...(opaque === undefined ? [] : [`  not looked into: ${opaque}`]),
  ];
  return found.length === 0 ? [] : [`${path === '' ? '.' : path}`, ...found];
}

/** What a person is told of a folder. */
export function folderText(
  call: StorageCall,
  { address, manifest, arrays }: FolderReport,
): string[] {
  const columns = [
    { title: 'array', flexible: true },
    { title: 'shape' },
    ...['chunks', 'missing', 'all fill', 'damaged'].map((title) => ({
      title,
      align: 'right' as const,
    })),
  ];
  const style = { ...lookOf(call), cut: call.output.signs.cut };
  return [
    ...(manifest === undefined ? [] : manifestText(address, manifest)),
    ...(arrays.length === 0 ? [] : [`${address} holds ${countOf(arrays.length, 'Zarr array')}`]),
    ...(arrays.length === 0 ? [] : renderTable(columns, arrays.map(rowOf), style)),
    ...arrays.flatMap(arrayDetails),
  ];
}
