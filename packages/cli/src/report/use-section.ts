import { html, type Markup } from './markup.ts';
import type { Report, UseCurve } from './report-types.ts';
import { timeTicks } from './time-axis.ts';
import { numberText } from './wording.ts';

const [WIDTH, HEIGHT, LEFT, TOP] = [1000, 74, 46, 8];

/** The area under a step curve. */
function areaPath(curve: UseCurve, span: number, most: number): string {
  const x = (at: number): string => (LEFT + (at / span) * (WIDTH - LEFT - 12)).toFixed(1);
  const y = (amount: number): string => (TOP + HEIGHT - (amount / most) * HEIGHT).toFixed(1);
  const steps = curve.points
    .map(([at, amount]) => `H${x(Math.min(at, span))}V${y(amount)}`)
    .join('');
  return `M${x(0)} ${y(0)}${steps}H${x(span)}V${y(0)}Z`;
}

function title({ kind, name, capacity }: UseCurve): Markup {
  if (kind === 'limit')
    return html`Limit <code>${name}</code>${capacity === undefined ? '' : ` of ${capacity}`}`;
  return kind === 'running'
    ? html`Jobs running on <code>${name}</code>`
    : html`Jobs queued on <code>${name}</code>`;
}

function chart(curve: UseCurve, span: number): Markup {
  const most = Math.max(1, curve.peak, curve.capacity ?? 0);
  const bottom = TOP + HEIGHT;
  const ticks = timeTicks(0, span).map(([at, label]) => {
    const x = (LEFT + (at / span) * (WIDTH - LEFT - 12)).toFixed(1);
    return html`<path class="tick" d="M${x} ${TOP}V${bottom}"/><text x="${x}" y="${bottom + 15}" text-anchor="middle">${label}</text>`;
  });
  const { capacity } = curve;
  const line = capacity === undefined ? '' : (TOP + HEIGHT - (capacity / most) * HEIGHT).toFixed(1);
  const cap =
    capacity === undefined ? '' : html`<path class="cap" d="M${LEFT} ${line}H${WIDTH - 12}"/>`;
  const said = `at most ${curve.peak} at once, ${numberText(curve.mean)} on average`;
  return html`<figure class="use"><figcaption>${title(curve)}: <span>${said}</span></figcaption><div class="scroll"><svg viewBox="0 0 ${WIDTH} ${bottom + 20}" role="img" aria-label="${said}"><g class="axis">${ticks}<text x="${LEFT - 8}" y="${TOP + 8}" text-anchor="end">${most}</text><text x="${LEFT - 8}" y="${bottom}" text-anchor="end">0</text></g><path class="area a-${curve.kind}" d="${areaPath(curve, span, most)}"/>${cap}</svg></div></figure>`;
}

/** How many jobs ran at once, and how much of every limit was used. */
export function useSection({ use, head }: Report): Markup {
  if (use.length === 0) return html``;
  const span = Math.max(1, head.lastAt - head.beganAt);
  return html`<section id="use"><h2>Limits over time</h2>
<p class="lead">A limit counts as used from the moment something is handed over to its end, a member's from its first start to its last end. The dashed line is the limit.</p>
<div class="uses">${use.map((curve) => chart(curve, span))}</div></section>`;
}
