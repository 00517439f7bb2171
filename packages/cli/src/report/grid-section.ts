import {
  foldGrid,
  type Grid,
  type GridCell,
  type GridChoice,
  type GridMap,
  gridAxis,
} from './fold-grid.ts';
import { firstChoice, gridOf } from './grids.ts';
import { html, jsonBlock, type Markup } from './markup.ts';
import type { Report } from './report-types.ts';
import { numberText, STATE_LOOKS } from './wording.ts';

const SHADES = 7;

function shadeOf(value: number, { least, most }: GridMap): number {
  if (most <= least) return 3;
  return Math.min(SHADES - 1, Math.floor((SHADES * (value - least)) / (most - least)));
}

function toneOf(state: string): string {
  return Object.entries(STATE_LOOKS).find(([name]) => name === state)?.[1].tone ?? 'idle';
}

function field(cell: GridCell, map: GridMap, choice: GridChoice): Markup {
  if (cell.count === 0) return html`<td class="none"></td>`;
  if (choice.measure === -1) {
    const text = cell.count === 1 ? cell.state : `${cell.good}/${cell.count}`;
    return html`<td class="g-${toneOf(cell.state)}">${text}</td>`;
  }
  if (cell.measured === 0) return html`<td class="none">–</td>`;
  const mean = cell.sum / cell.measured;
  return html`<td class="q${shadeOf(mean, map)}">${numberText(mean)}</td>`;
}

function legend(map: GridMap, choice: GridChoice): Markup {
  if (choice.measure === -1) {
    return html`<p class="legend">Colour: the worst state of a field; <i>good/all</i> where a field stands for several rows.</p>`;
  }
  if (!Number.isFinite(map.least)) return html`<p class="legend">No values.</p>`;
  const swatches = Array.from(
    { length: SHADES },
    (_, shade) => html`<span class="swatch q${shade}"></span>`,
  );
  return html`<p class="legend">${numberText(map.least)} <span aria-hidden="true">${swatches}</span> ${numberText(map.most)}</p>`;
}

function captionOf(grid: Grid, { x, y, measure }: GridChoice): string {
  const name = grid.measures[measure]?.name ?? 'state';
  const across = y === -1 ? '' : `${grid.parameters[y] ?? ''} (down) and `;
  const others = grid.parameters.filter((_, place) => place !== x && place !== y);
  const rest =
    others.length === 0
      ? ''
      : `; over all values of ${others.join(', ')}${measure === -1 ? '' : ', the mean'}`;
  return `${grid.title}: ${name} by ${across}${grid.parameters[x] ?? ''} (across)${rest}`;
}

function heatMap(grid: Grid, choice: GridChoice): Markup {
  const map = foldGrid(grid, choice, { formatNumber: numberText, axisOf: gridAxis });
  const head = map.xs.map((label) => html`<th scope="col">${label}</th>`);
  const rows = map.cells.map(
    (cells, place) =>
      html`<tr><th scope="row">${map.ys[place] ?? ''}</th>${cells.map((cell) => field(cell, map, choice))}</tr>`,
  );
  const corner = choice.y === -1 ? '' : `${grid.parameters[choice.y] ?? ''} \\ `;
  return html`<div class="scroll" data-map><table class="heat"><caption>${captionOf(grid, choice)}</caption><thead><tr><th scope="col">${corner}${grid.parameters[choice.x] ?? ''}</th>${head}</tr></thead><tbody>${rows}</tbody></table></div><div data-legend>${legend(map, choice)}</div>`;
}

function select(
  name: string,
  label: string,
  options: readonly (readonly [value: number, text: string])[],
  chosen: number,
): Markup {
  const items = options.map(
    ([value, text]) =>
      html`<option value="${value}"${value === chosen ? html` selected` : ''}>${text}</option>`,
  );
  return html`<label>${label} <select data-${name}>${items}</select></label> `;
}

function gridFigure(grid: Grid, place: number): Markup {
  const choice = firstChoice(grid);
  const names = grid.parameters.map((name, at) => [at, name] as const);
  const measures = grid.measures.map(({ name }, at) => [at, name] as const);
  return html`<figure class="grid" data-grid="grid-${place}"><div class="controls scripted">${select('x', 'Across', names, choice.x)}${select('y', 'Down', [[-1, '–'], ...names], choice.y)}${select('measure', 'Colour', [[-1, 'state'], ...measures], choice.measure)}<span data-only></span></div>${heatMap(grid, choice)}${jsonBlock(`grid-${place}`, grid)}</figure>`;
}

/** Heat maps of parameters that vary, one for each table. */
export function gridSection({ tables }: Report): Markup {
  const grids = tables.flatMap((table) => gridOf(table) ?? []);
  if (grids.length === 0) return html``;
  return html`<section id="grid"><h2>Parameters</h2>
<p class="lead">Every field stands for the rows with its two values.</p>
${grids.map(gridFigure)}</section>`;
}
