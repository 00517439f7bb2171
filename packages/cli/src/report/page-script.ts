import { barPaths } from './bar-paths.ts';
import { foldGrid, gridAxis } from './fold-grid.ts';
import { timeTicks } from './time-axis.ts';
import { numberText, STATE_LOOKS } from './wording.ts';

/** Sorting, filtering and paging of tables: rows that are not on the page are taken out of the document. */
const TABLES = `
const PAGE_ROWS = 100;
const setUpTable = (figure) => {
  const body = figure.querySelector('tbody');
  const all = [...figure.querySelectorAll('tbody tr')].map((row, place) => ({ row, place, text: row.textContent.toLowerCase(), state: row.dataset.s }));
  const [filter, state, told, at] = ['filter', 'state', 'shown', 'at'].map((name) => figure.querySelector('[data-' + name + ']'));
  const pages = figure.querySelectorAll('[data-page]');
  let order = all;
  let page = 0;
  let kept = all;
  const show = () => {
    const words = filter.value.toLowerCase().split(/\\s+/).filter(Boolean);
    kept = order.filter((one) => (state.value === '' || one.state === state.value) && words.every((word) => one.text.includes(word)));
    const last = Math.max(0, Math.ceil(kept.length / PAGE_ROWS) - 1);
    page = Math.min(Math.max(0, page), last);
    body.replaceChildren(...kept.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map((one) => one.row));
    told.textContent = kept.length === all.length ? all.length + ' rows' : kept.length + ' of ' + all.length + ' rows';
    at.textContent = 'page ' + (page + 1) + ' of ' + (last + 1);
    pages[0].disabled = page === 0;
    pages[1].disabled = page === last;
    pages[0].parentElement.hidden = last === 0;
  };
  const keyOf = (one, column) => {
    const cell = one.row.cells[column];
    const value = cell.dataset.v ?? cell.textContent;
    return cell.classList.contains('n') ? (value === '' || Number.isNaN(Number(value)) ? -Infinity : Number(value)) : value;
  };
  const heads = [...figure.querySelectorAll('thead th')];
  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener('click', () => {
      const down = head.getAttribute('aria-sort') === 'ascending';
      for (const other of heads) other.removeAttribute('aria-sort');
      head.setAttribute('aria-sort', down ? 'descending' : 'ascending');
      const turn = down ? -1 : 1;
      const keys = new Map(all.map((one) => [one, keyOf(one, column)]));
      const compare = (a, b) => (typeof a === 'number' ? a - b || 0 : a.localeCompare(b, 'en', { numeric: true }));
      order = [...all].sort((a, b) => turn * compare(keys.get(a), keys.get(b)) || a.place - b.place);
      page = 0;
      show();
    });
  });
  filter.addEventListener('input', () => { page = 0; show(); });
  state.addEventListener('change', () => { page = 0; show(); });
  for (const button of pages) button.addEventListener('click', () => { page += Number(button.dataset.page); show(); });
  figure.querySelector('.more')?.remove();
  addEventListener('beforeprint', () => body.replaceChildren(...kept.map((one) => one.row)));
  addEventListener('afterprint', show);
  show();
};
`;

const TIMELINE = `
const setUpTimeline = (figure) => {
  const { span, box, height, bars } = JSON.parse(document.getElementById('timeline-bars').textContent);
  const svg = figure.querySelector('[data-timeline]');
  const axis = svg.querySelector('.axis');
  const told = figure.querySelector('[data-told]');
  const NS = 'http://www.w3.org/2000/svg';
  let shown = [0, span];
  const make = (name, attributes, text = '') => {
    const element = document.createElementNS(NS, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.textContent = text;
    return element;
  };
  const draw = () => {
    const paths = barPaths(bars, box, shown);
    for (const path of svg.querySelectorAll('[data-end]')) path.setAttribute('d', paths[path.dataset.end]);
    const [from, to] = shown;
    axis.replaceChildren(...timeTicks(from, to).flatMap(([at, label]) => {
      const x = (box.left + ((at - from) / (to - from)) * box.width).toFixed(1);
      return [make('path', { class: 'tick', d: 'M' + x + ' 0V' + height }), make('text', { x, y: height + 16, 'text-anchor': 'middle' }, label)];
    }));
  };
  const go = (from, to) => {
    const width = Math.min(span, Math.max(Math.min(span, 20), to - from));
    const start = Math.min(Math.max(0, from), span - width);
    shown = [start, start + width];
    draw();
  };
  const zoom = (by, around) => {
    const [from, to] = shown;
    const centre = around ?? (from + to) / 2;
    go(centre - (centre - from) * by, centre + (to - centre) * by);
  };
  const act = (name) => {
    const [from, to] = shown;
    const step = (to - from) / 3;
    if (name === 'in') zoom(0.5);
    else if (name === 'out') zoom(2);
    else if (name === 'left') go(from - step, to - step);
    else if (name === 'right') go(from + step, to + step);
    else go(0, span);
  };
  for (const button of figure.querySelectorAll('[data-by]')) button.addEventListener('click', () => act(button.dataset.by));
  const keys = { '+': 'in', '=': 'in', '-': 'out', ArrowLeft: 'left', ArrowRight: 'right', 0: 'all', Home: 'all' };
  svg.setAttribute('tabindex', '0');
  svg.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || keys[event.key] === undefined) return;
    event.preventDefault();
    act(keys[event.key]);
  });
  const place = (event) => {
    const frame = svg.getBoundingClientRect();
    const unit = 1000 / frame.width;
    const at = shown[0] + (((event.clientX - frame.left) * unit - box.left) / box.width) * (shown[1] - shown[0]);
    return { at, lane: Math.floor(((event.clientY - frame.top) * unit) / box.laneHeight) };
  };
  svg.addEventListener('wheel', (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoom(event.deltaY < 0 ? 0.8 : 1.25, place(event).at);
  }, { passive: false });
  let held;
  svg.addEventListener('pointerdown', (event) => { held = { at: place(event).at }; svg.setPointerCapture(event.pointerId); });
  svg.addEventListener('pointerup', () => { held = undefined; });
  svg.addEventListener('pointermove', (event) => {
    const here = place(event);
    if (held !== undefined) {
      const by = held.at - here.at;
      go(shown[0] + by, shown[1] + by);
      return;
    }
    const slack = (shown[1] - shown[0]) / 400;
    const bar = bars.find(([lane, from, , to]) => lane === here.lane && from - slack <= here.at && here.at <= to + slack);
    if (bar === undefined) return;
    const [, from, started, to, end, label] = bar;
    const seconds = (ms) => numberText(ms / 1000) + ' s';
    const waited = started > from ? ', waited ' + seconds(started - from) : '';
    told.textContent = label + ': ' + end + (started === -1 ? ', never started' : ', ran ' + seconds(to - started)) + waited;
  });
};
`;

const GRID = `
const setUpGrid = (figure) => {
  const grid = JSON.parse(document.getElementById(figure.dataset.grid).textContent);
  const [x, y, measure] = ['x', 'y', 'measure'].map((name) => figure.querySelector('[data-' + name + ']'));
  const holder = figure.querySelector('[data-only]');
  const only = {};
  const make = (name, text = '', className = '') => {
    const element = document.createElement(name);
    element.textContent = text;
    if (className !== '') element.className = className;
    return element;
  };
  const valuesOf = (place) => [...new Set(grid.columns[place].map((value) => String(value ?? '–')))].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const drawOnly = () => {
    holder.replaceChildren();
    grid.parameters.forEach((name, place) => {
      if (place === Number(x.value) || place === Number(y.value)) { delete only[place]; return; }
      const values = valuesOf(place);
      if (values.length > 200) return;
      const label = make('label', name + ' ');
      const select = make('select');
      for (const value of ['', ...values]) {
        const option = make('option', value === '' ? 'all' : value);
        option.value = value;
        select.append(option);
      }
      select.value = only[place] ?? '';
      select.addEventListener('change', () => {
        if (select.value === '') delete only[place]; else only[place] = select.value;
        draw();
      });
      label.append(select);
      holder.append(label, ' ');
    });
  };
  const fieldOf = (cell, map, chosen) => {
    if (cell.count === 0) return make('td', '', 'none');
    if (chosen === -1) return make('td', cell.count === 1 ? cell.state : cell.good + '/' + cell.count, 'g-' + (TONES[cell.state] ?? 'idle'));
    if (cell.measured === 0) return make('td', '–', 'none');
    const mean = cell.sum / cell.measured;
    const shade = map.most <= map.least ? 3 : Math.min(6, Math.floor((7 * (mean - map.least)) / (map.most - map.least)));
    return make('td', numberText(mean), 'q' + shade);
  };
  const drawLegend = (map, chosen) => {
    const legend = make('p', '', 'legend');
    if (chosen === -1) legend.textContent = 'Colour: the worst state of a field; good/all where a field stands for several rows.';
    else if (!Number.isFinite(map.least)) legend.textContent = 'No values.';
    else {
      const swatches = make('span');
      swatches.setAttribute('aria-hidden', 'true');
      for (let shade = 0; shade < 7; shade += 1) swatches.append(make('span', '', 'swatch q' + shade));
      legend.append(numberText(map.least) + ' ', swatches, ' ' + numberText(map.most));
    }
    figure.querySelector('[data-legend]').replaceChildren(legend);
  };
  const draw = () => {
    const down = Number(y.value) === Number(x.value) ? -1 : Number(y.value);
    const chosen = Number(measure.value);
    const map = foldGrid(grid, { x: Number(x.value), y: down, measure: chosen, only }, { formatNumber: numberText, axisOf: gridAxis });
    const table = make('table', '', 'heat');
    const rest = grid.parameters.flatMap((name, place) => (place === Number(x.value) || place === down ? [] : [name + ' = ' + (only[place] ?? 'all')]));
    const across = grid.parameters[Number(x.value)];
    const title = grid.title + ': ' + (grid.measures[chosen]?.name ?? 'state') + ' by ' + (down === -1 ? '' : grid.parameters[down] + ' (down) and ') + across + ' (across)';
    table.append(make('caption', [title, ...rest].join('; ')));
    const head = table.createTHead().insertRow();
    for (const [place, label] of [(down === -1 ? '' : grid.parameters[down] + ' \\\\ ') + across, ...map.xs].entries()) {
      const cell = make('th', label);
      cell.scope = 'col';
      cell.dataset.place = place;
      head.append(cell);
    }
    const body = table.createTBody();
    map.cells.forEach((cells, row) => {
      const line = body.insertRow();
      const name = make('th', map.ys[row]);
      name.scope = 'row';
      line.append(name, ...cells.map((cell) => fieldOf(cell, map, chosen)));
    });
    figure.querySelector('[data-map]').replaceChildren(table);
    drawLegend(map, chosen);
  };
  for (const select of [x, y, measure]) select.addEventListener('change', () => { drawOnly(); draw(); });
  drawOnly();
};
`;

function tones(): string {
  return JSON.stringify(
    Object.fromEntries(Object.entries(STATE_LOOKS).map(([state, { tone }]) => [state, tone])),
  );
}

/** Says, before anything is laid out, that there is a script: rows beyond the first hundred then cost no layout. */
export const EARLY_SCRIPT = `document.documentElement.classList.add('js')`;

/** The script of the page. What it computes is computed by the same functions that drew the page. */
export function pageScript(): string {
  return `'use strict';
(() => {
const TONES = ${tones()};
const numberText = ${String(numberText)};
const barPaths = ${String(barPaths)};
const timeTicks = ${String(timeTicks)};
const gridAxis = ${String(gridAxis)};
const foldGrid = ${String(foldGrid)};
${TABLES}${TIMELINE}${GRID}
for (const log of document.querySelectorAll('.log')) log.scrollTop = log.scrollHeight;
for (const part of document.querySelectorAll('details')) part.addEventListener('toggle', () => { for (const log of part.querySelectorAll('.log')) log.scrollTop = log.scrollHeight; });
addEventListener('beforeprint', () => { for (const part of document.querySelectorAll('details')) part.open = true; });
for (const figure of document.querySelectorAll('[data-rows]')) setUpTable(figure);
for (const figure of document.querySelectorAll('[data-zoom]')) setUpTimeline(figure);
for (const figure of document.querySelectorAll('[data-grid]')) setUpGrid(figure);
})();
`;
}
