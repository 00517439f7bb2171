import type { Paint, Tone } from './paint.ts';
import { fitName, printable, textWidth } from './printable.ts';

/** A column of a table. */
export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut in the middle when the table is too wide; other columns never are. */
  readonly flexible?: boolean;
}

/** A cell: text from anywhere, and how it looks. */
export type Cell = string | { readonly text: string; readonly tone: Tone };

/** Where a table is shown. */
export interface TableStyle {
  readonly paint: Paint;
  /** Columns of the terminal; `undefined` where nothing needs to fit. */
  readonly width: number | undefined;
  /** Put before every line. */
  readonly indent?: string;
  readonly cut?: string;
}

const GAP = 2;
const NARROWEST = 16;

function cellText(cell: Cell | undefined): string {
  return printable(typeof cell === 'string' ? cell : (cell?.text ?? ''));
}

function cellTone(cell: Cell | undefined): Tone {
  return typeof cell === 'object' ? cell.tone : 'plain';
}

function shrink(columns: readonly Column[], widths: number[], available: number): void {
  let excess = widths.reduce((sum, width) => sum + width + GAP, -GAP) - available;
  for (const [position, column] of columns.entries()) {
    if (excess <= 0 || column.flexible !== true) continue;
    const width = widths[position] ?? 0;
    const narrower = Math.max(Math.min(width, NARROWEST), width - excess);
    excess -= width - narrower;
    widths[position] = narrower;
  }
}

/** Lays rows out in columns with a faint heading. Lines have no trailing blanks. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  style: TableStyle,
): string[] {
  const texts = rows.map((row) => columns.map((_column, position) => cellText(row[position])));
  const widths = columns.map((column, position) =>
    texts.reduce(
      (widest, row) => Math.max(widest, textWidth(row[position] ?? '')),
      textWidth(column.title),
    ),
  );
  const indent = style.indent ?? '';
  if (style.width !== undefined) shrink(columns, widths, style.width - indent.length);

  const line = (cells: readonly string[], tones: readonly Tone[]): string => {
    const last = cells.findLastIndex((text) => text !== '');
    const parts = cells.slice(0, last + 1).map((cell, position) => {
      const width = widths[position] ?? 0;
      const text = fitName(cell, width, style.cut);
      const blanks = ' '.repeat(Math.max(0, width - textWidth(text)));
      const painted = style.paint(tones[position] ?? 'plain', text);
      if (columns[position]?.align === 'right') return blanks + painted;
      return position === last ? painted : painted + blanks;
    });
    return indent + parts.join(' '.repeat(GAP));
  };

  return [
    line(
      columns.map((column) => column.title),
      columns.map(() => 'faint'),
    ),
    ...texts.map((row, position) => line(row, rows[position]?.map(cellTone) ?? [])),
  ];
}
