import { TASK_STATES } from '@orchestrate/core';
import { countOf, countText } from '../output/quantity-text.ts';
import { stateMark } from './head-section.ts';
import { html, type Markup } from './markup.ts';
import type { CellValue, Report, RowTable, StepCell, TableRow } from './report-types.ts';
import { numberText, STATE_LOOKS, secondsText, valueText } from './wording.ts';

/** Rows that a browser lays out while it reads the page; with a script the others wait outside of the document. */
const ROWS_AT_FIRST = 100;

function valueCell(value: CellValue): Markup {
  return typeof value === 'number'
    ? html`<td class="n" data-v="${value}">${valueText(value)}</td>`
    : html`<td class="v">${valueText(value)}</td>`;
}

function stepCell(step: StepCell | null): Markup {
  if (step === null) return html`<td></td>`;
  const { tone, sign } = STATE_LOOKS[step.state];
  const tries = step.attempts > 1 ? html` <small>×${step.attempts}</small>` : '';
  const time = step.seconds > 0 ? html` <small>${secondsText(step.seconds)}</small>` : '';
  return html`<td><span class="state t-${tone}"><span aria-hidden="true">${sign}</span> ${step.state}</span>${tries}${time}</td>`;
}

function numberCell(value: number | null): Markup {
  return value === null
    ? html`<td class="n"></td>`
    : html`<td class="n" data-v="${value}">${numberText(value)}</td>`;
}

/** A long label may be broken between its parameters. */
function breakable(label: string): Markup[] {
  return label.split(',').map((part, place) => (place === 0 ? html`${part}` : html`,<wbr>${part}`));
}

function hasReasons({ rows }: RowTable): boolean {
  return rows.some(({ reason }) => reason !== undefined);
}

function rowMarkup(row: TableRow, table: RowTable, withReason: boolean): Markup {
  const steps = table.steps.length > 1 ? row.steps.map(stepCell) : '';
  return html`<tr data-s="${row.state}"><th scope="row">${breakable(row.id)}</th>${row.parameters.map(valueCell)}<td>${stateMark(row.state)}</td>${steps}<td class="n">${row.attempts}</td><td class="n" data-v="${row.seconds}">${row.seconds > 0 ? secondsText(row.seconds) : '–'}</td>${row.numbers.map(numberCell)}${withReason ? html`<td class="reason">${row.reason ?? ''}</td>` : ''}</tr>\n`;
}

function head(table: RowTable): Markup {
  const plain = (name: string): Markup => html`<th scope="col">${name}</th>`;
  const number = (name: string): Markup => html`<th scope="col" class="n">${name}</th>`;
  const isNumeric = (place: number): boolean =>
    table.rows.every(({ parameters }) => typeof (parameters[place] ?? 0) === 'number');
  return html`<thead><tr>${plain(table.kind === 'members' ? 'member' : 'task')}${table.parameters.map((name, place) => (isNumeric(place) ? number(name) : plain(name)))}${plain('state')}${table.steps.length > 1 ? table.steps.map(plain) : ''}${number('attempts')}${number('time')}${table.numbers.map(number)}${hasReasons(table) ? plain('reason') : ''}</tr></thead>`;
}

function controls(table: RowTable, id: string): Markup {
  const present = TASK_STATES.filter((state) => table.rows.some((row) => row.state === state));
  const options = present.map((state) => {
    const count = table.rows.filter((row) => row.state === state).length;
    return html`<option value="${state}">${state} (${countText(count)})</option>`;
  });
  return html`<div class="controls scripted"><label>Filter <input type="search" data-filter autocomplete="off" spellcheck="false"></label> <label>State <select data-state><option value="">all</option>${options}</select></label> <output data-shown aria-live="polite" for="${id}"></output> <span class="pager"><button type="button" data-page="-1">Previous</button> <span data-at></span> <button type="button" data-page="1">Next</button></span></div>`;
}

function caption({ kind, title, size, rows }: RowTable): string {
  const noun = kind === 'members' ? 'member' : 'task';
  const cut =
    size > rows.length
      ? `; ${countText(rows.length)} of them are shown, those in trouble first`
      : '';
  return kind === 'single tasks'
    ? `Tasks that stand alone${cut}`
    : `${title}: ${countOf(size, noun)}${cut}`;
}

function oneTable(table: RowTable, place: number): Markup {
  const id = `rows-${place}`;
  const withReason = hasReasons(table);
  const rows = table.rows.map((row) => rowMarkup(row, table, withReason));
  const isLong = rows.length > ROWS_AT_FIRST;
  const more = isLong ? html`<tbody class="more">${rows.slice(ROWS_AT_FIRST)}</tbody>` : '';
  const bodies = html`<tbody>${rows.slice(0, ROWS_AT_FIRST)}</tbody>${more}`;
  return html`<figure class="rows" data-rows>${controls(table, id)}<div class="scroll"><table id="${id}"${isLong ? html` class="long"` : ''}><caption>${caption(table)}</caption>${head(table)}${bodies}</table></div></figure>`;
}

/** Members and tasks, a row each. */
export function tableSection({ tables }: Report): Markup {
  const hasMembers = tables.some(({ kind }) => kind === 'members');
  return html`<section id="rows"><h2>${hasMembers ? 'Members and tasks' : 'Tasks'}</h2>
<p class="lead scripted">Click a column's heading to sort by it, again to turn the order.</p>
${tables.map(oneTable)}</section>`;
}
