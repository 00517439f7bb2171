/** Just enough of a plot: two kinds of panels, drawn as SVG. */

/** One line of a panel. */
export interface Series {
  readonly label: string;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** One point of a panel; equal labels share a mark. */
export interface Point {
  readonly label: string;
  readonly x: number;
  readonly y: number;
}

const WIDTH = 560;
const HEIGHT = 400;
const MARGIN = { left: 62, right: 16, top: 36, bottom: 48 };
const COLOURS = [
  '#0b6e99',
  '#d1495b',
  '#66a182',
  '#edae49',
  '#574b90',
  '#8d6a9f',
  '#2e4057',
  '#c06014',
  '#3c6e71',
];

interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

/** An axis whose ticks are round numbers around the values. */
function axis(values: readonly number[]): Axis {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const rough = (high - low || 1) / 5;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * magnitude >= rough) ?? 10) * magnitude;
  const from = Math.floor(low / step) * step;
  const count = Math.ceil((high - from) / step);
  return {
    from,
    to: from + count * step,
    ticks: Array.from({ length: count + 1 }, (_, tick) => from + tick * step),
  };
}

function frame(title: string, x: Axis, y: Axis, names: { readonly x: string; readonly y: string }) {
  const across = (value: number) =>
    MARGIN.left + ((value - x.from) / (x.to - x.from)) * (WIDTH - MARGIN.left - MARGIN.right);
  const up = (value: number) =>
    HEIGHT -
    MARGIN.bottom -
    ((value - y.from) / (y.to - y.from)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const bottom = HEIGHT - MARGIN.bottom;
  const grid = [
    ...x.ticks.map(
      (tick) =>
        `<line x1="${across(tick)}" x2="${across(tick)}" y1="${MARGIN.top}" y2="${bottom}"/><text x="${across(tick)}" y="${bottom + 18}" text-anchor="middle">${tick}</text>`,
    ),
    ...y.ticks.map(
      (tick) =>
        `<line x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${up(tick)}" y2="${up(tick)}"/><text x="${MARGIN.left - 8}" y="${up(tick) + 4}" text-anchor="end">${tick}</text>`,
    ),
  ];
  const words = [
    `<text class="title" x="${MARGIN.left}" y="22">${title}</text>`,
    `<text x="${(WIDTH + MARGIN.left) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${names.x}</text>`,
    `<text transform="translate(15 ${HEIGHT / 2}) rotate(-90)" text-anchor="middle">${names.y}</text>`,
  ];
  return { across, up, svg: [...grid, ...words].join('\n') };
}

/** Surfaces over the bed; distances in km, heights in m. */
export function profilePanel(surfaces: readonly Series[], bed: readonly number[]): string {
  const distances = surfaces.flatMap(({ x }) => x);
  const x = axis(distances);
  const y = axis([0, ...surfaces.flatMap((surface) => surface.y)]);
  const { across, up, svg } = frame('Ice surface at the finest resolution', x, y, {
    x: 'distance (km)',
    y: 'height (m)',
  });
  const lines = surfaces.map((surface, index) => {
    const points = surface.x.map(
      (value, node) => `${across(value).toFixed(1)},${up(surface.y[node] ?? 0).toFixed(1)}`,
    );
    const colour = COLOURS[index % COLOURS.length];
    const legend = `<text x="${WIDTH / 2 - 60}" y="${HEIGHT - MARGIN.bottom - 24 - 15 * (surfaces.length - 1 - index)}" fill="${colour}">${surface.label}</text>`;
    return `<polyline points="${points.join(' ')}" stroke="${colour}"/>${legend}`;
  });
  const ground = (surfaces[0]?.x ?? []).map(
    (value, node) => `${across(value).toFixed(1)},${up(bed[node] ?? 0).toFixed(1)}`,
  );
  return `${svg}<polyline points="${ground.join(' ')}" stroke="#6b4f3a"/>${lines.join('\n')}`;
}

/** Modelled against theoretical divide thickness, m; the line is where both agree. */
export function scatterPanel(points: readonly Point[]): string {
  const both = axis(points.flatMap((point) => [point.x, point.y]));
  const { across, up, svg } = frame('Divide thickness: model and Vialov (1958)', both, both, {
    x: "Vialov's formula (m)",
    y: 'model (m)',
  });
  const labels = [...new Set(points.map(({ label }) => label))];
  const marks = points.map(
    (point) =>
      `<circle cx="${across(point.x).toFixed(1)}" cy="${up(point.y).toFixed(1)}" r="4" fill="${COLOURS[labels.indexOf(point.label)]}" fill-opacity="0.7"/>`,
  );
  const legend = labels.map(
    (label, index) =>
      `<text x="${MARGIN.left + 12}" y="${MARGIN.top + 18 + 15 * index}" fill="${COLOURS[index]}">${label}</text>`,
  );
  const agree = `<line class="agree" x1="${across(both.from)}" y1="${up(both.from)}" x2="${across(both.to)}" y2="${up(both.to)}"/>`;
  return `${svg}${agree}${marks.join('\n')}${legend.join('\n')}`;
}

/** Panels side by side on one page. */
export function svgPage(panels: readonly string[]): string {
  const style =
    'text{font:12px sans-serif}.title{font-weight:bold;font-size:14px}line{stroke:#ddd}.agree{stroke:#888;stroke-dasharray:5 4}polyline{fill:none;stroke-width:1.6}';
  const body = panels.map(
    (panel, index) => `<g transform="translate(${index * WIDTH} 0)">${panel}</g>`,
  );
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH * panels.length} ${HEIGHT}" width="${WIDTH * panels.length}" height="${HEIGHT}"><style>${style}</style><rect width="100%" height="100%" fill="white"/>${body.join('\n')}</svg>\n`;
}
