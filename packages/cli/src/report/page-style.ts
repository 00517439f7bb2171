const LIGHT = `color-scheme:light;--paper:#fdfcfa;--ink:#1d2126;--soft:#555d66;--rule:#d9d6cf;--strong:#2b2f34;--tint:#f4f1ea;--link:#175a86;
--good:#1f7a6d;--kept:#3f7f95;--bad:#b3361b;--busy:#9a6200;--idle:#5f6872;--off:#6b6f76;--odd:#77499b;
--fgood:#2a8f80;--fkept:#8ebccb;--fbad:#cf4a2c;--fbusy:#dd9a26;--fidle:#bac1c8;--foff:#9a9fa6;--fodd:#9b73b8;`;
const DARK = `color-scheme:dark;--paper:#14171a;--ink:#e5e5e1;--soft:#a4abb2;--rule:#343a40;--strong:#c9cdd1;--tint:#1d2226;--link:#82bfe6;
--good:#63c7b5;--kept:#8cc3d6;--bad:#f48a6c;--busy:#e9b455;--idle:#a4abb2;--off:#a0a5ab;--odd:#c6a2e2;
--fgood:#2f9d8c;--fkept:#54869a;--fbad:#d9583a;--fbusy:#d9982b;--fidle:#57606a;--foff:#70767d;--fodd:#9b73b8;`;

const TONES = ['good', 'kept', 'bad', 'busy', 'idle', 'off', 'odd'];
const tones = TONES.map(
  (tone) =>
    `.t-${tone}{color:var(--${tone})}.f-${tone}{fill:var(--f${tone});background:var(--f${tone})}.k-${tone}{stroke:var(--f${tone})}.b-${tone}{color:var(--${tone});border-color:var(--${tone})}.g-${tone}{background:color-mix(in srgb,var(--f${tone}) 24%,var(--paper));color:var(--ink)}`,
).join('\n');

/** Steps of viridis (van der Walt and Smith, 2015), each with the ink that reads best on it. */
const SHADES = [
  ['#440154', '#fff'],
  ['#443983', '#fff'],
  ['#31688e', '#fff'],
  ['#21807c', '#fff'],
  ['#35b779', '#000'],
  ['#90d743', '#000'],
  ['#fde725', '#000'],
];
const shades = SHADES.map(
  ([back, ink], place) => `.q${place}{background:${back};color:${ink}}`,
).join('');

/** The looks of the page: like a printed paper, light or dark as the reader's system is. */
export const PAGE_STYLE = `
:root{${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}}
@media print{:root{${LIGHT}}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:400 17px/1.55 Charter,"Bitstream Charter","Sitka Text",Cambria,Georgia,"DejaVu Serif",serif}
main,header,footer,nav{max-width:76rem;margin:0 auto;padding:0 1.5rem}
header{padding-top:3.2rem}
h1{font-size:2.7rem;line-height:1.12;font-weight:500;letter-spacing:-.015em;margin:.15rem 0 .7rem;overflow-wrap:anywhere}
h2{font-size:1.55rem;font-weight:500;letter-spacing:-.01em;margin:0 0 .4rem}
main{counter-reset:part table figure}
section{margin-top:3.6rem;scroll-margin-top:1rem}
section>h2{counter-increment:part;border-top:2px solid var(--strong);padding-top:.75rem}
section>h2::before{content:counter(part) "\\2002";color:var(--soft)}
h4{font:600 .82rem/1.4 system-ui,sans-serif;margin:1rem 0 .3rem}
small,.meta,.lead,.legend,.key,.controls,dt,nav,.eyebrow,.states,th,td,caption,figcaption,summary,footer,svg text,.badge,.empty{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
.eyebrow{text-transform:uppercase;letter-spacing:.14em;font-size:.74rem;color:var(--soft);margin:0}
.verdict{display:flex;flex-wrap:wrap;gap:.4rem 1rem;align-items:center;margin:0 0 1.7rem}
.badge{font-weight:600;font-size:.95rem;border:1.5px solid;border-radius:2rem;padding:.12rem .85rem}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(8.1rem,1fr));gap:1.1rem 1.6rem;margin:0 0 1.5rem;border-top:1px solid var(--rule);border-bottom:1px solid var(--rule);padding:1rem 0}
dt{font-size:.74rem;color:var(--soft)}
dd{margin:.1rem 0 0;font-size:1.08rem;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
dd small{display:block;font-size:.78rem;color:var(--soft)}
.statebar{display:block;width:100%;height:14px}
.states,.key{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.4rem;padding:0;margin:.6rem 0 0;font-size:.88rem}
.next{margin-top:1.4rem;padding:.9rem 1.1rem;background:var(--tint);border-left:3px solid var(--strong)}
.next p{margin:0 0 .4rem}.next pre{margin:0}
a{color:var(--link)}
nav{margin-top:1.8rem;font-size:.9rem}nav ul{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;margin:0;padding:0}
code,pre{font:.86em/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
.lead{color:var(--soft);font-size:.9rem;max-width:52rem;margin:.1rem 0 1.1rem}
.scroll{overflow-x:auto}
figure{margin:0 0 2rem}
table{border-collapse:collapse;font-size:.86rem;line-height:1.35;min-width:36rem;font-variant-numeric:tabular-nums;border-bottom:1.5px solid var(--strong)}
section>.scroll>table,.rows table{width:100%}
caption,figcaption{caption-side:top;text-align:left;font-size:.88rem;color:var(--ink);padding:.2rem 0 .5rem}
caption::before{counter-increment:table;content:"Table " counter(table) ".\\2002";font-weight:600}
.heat caption::before{content:none;counter-increment:none}
thead th{border-top:1.5px solid var(--strong);border-bottom:1px solid var(--strong);font-weight:600;vertical-align:bottom}
th,td{text-align:left;padding:.34rem .7rem .34rem 0;vertical-align:top}
th:last-child,td:last-child{padding-right:0}
tbody th{font-weight:400;overflow-wrap:anywhere;min-width:11rem}.rows tbody th{font-size:.8rem}.rows td{overflow-wrap:anywhere}
tbody tr+tr>*{border-top:1px solid var(--rule)}
.n{text-align:right;white-space:nowrap}
td .state,td small{white-space:nowrap}td small{color:var(--soft)}
.v{min-width:5.5rem}.reason{min-width:12rem;max-width:26rem;overflow-wrap:anywhere;color:var(--soft)}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button:hover{text-decoration:underline}
th[aria-sort] button::after{content:" ↑"}th[aria-sort=descending] button::after{content:" ↓"}
.controls{display:flex;flex-wrap:wrap;gap:.5rem .9rem;align-items:center;font-size:.86rem;margin:0 0 .7rem}
.controls input,.controls select,.controls button{font:inherit;color:var(--ink);background:var(--paper);border:1px solid var(--soft);border-radius:4px;padding:.2rem .5rem}
.controls select{max-width:16rem}.controls button{cursor:pointer}.controls button:hover{background:var(--tint)}.controls button:disabled{opacity:.45;cursor:default}
.controls output{color:var(--soft)}.pager{margin-left:auto}
:focus-visible{outline:2px solid var(--link);outline-offset:2px}
.js .more{display:none}html:not(.js) .long{table-layout:fixed}html:not(.js) .long :is(th,td){min-width:0;white-space:normal}
.scripted{display:none}.js .scripted{display:flex}.js p.scripted{display:block}
.failure{border-top:1px solid var(--rule);padding:.75rem 0}
.failure:first-of-type{margin-top:1.6rem}
summary{cursor:pointer;font-size:.92rem;overflow-wrap:anywhere}
summary .class{color:var(--bad);font-weight:600;margin-right:.4rem}summary em{color:var(--soft);margin-left:.4rem}
summary .msg{display:block;margin:.2rem 0 0 1.05rem;color:var(--ink)}
.failure>*:not(summary){margin-left:1.05rem}.attempt summary{font-size:.82rem;margin:.5rem 0}.aside{margin-top:1rem}
.meta,.empty{color:var(--soft);font-size:.86rem;margin:.5rem 0}
.log{background:var(--tint);border:1px solid var(--rule);border-radius:4px;padding:.7rem .9rem;margin-top:0;margin-bottom:.4rem;overflow:auto;max-height:40rem;white-space:pre-wrap;font-size:.78rem}
svg{display:block;width:100%;min-width:44rem;height:auto}.statebar{min-width:0}
svg text{font-size:11px;fill:var(--soft)}
.timeline{touch-action:pan-y;cursor:crosshair}.timeline path{fill:none}
.tick,.band{stroke:var(--rule);stroke-width:1;fill:none}
.k-idle[data-end=waited]{stroke:var(--fidle)}
.swatch{display:inline-block;width:.85rem;height:.85rem;vertical-align:-.08rem;border-radius:2px}
.uses{display:grid;gap:.4rem}
.use{margin:0 0 .8rem}.use figcaption span{color:var(--soft)}
.area{fill:var(--fgood);opacity:.75}.a-queued{fill:var(--fidle)}.a-running{fill:var(--fkept)}
.cap{stroke:var(--ink);stroke-width:1.2;stroke-dasharray:5 4;fill:none}
.heat{width:auto;min-width:min(100%,46rem)}.heat td{text-align:center;padding:.5rem .75rem;min-width:4.4rem;border:2px solid var(--paper)}.heat tbody tr+tr>td{border:2px solid var(--paper)}
.heat th{padding:.35rem .8rem .35rem 0;min-width:0;white-space:nowrap}.heat thead th+th{text-align:center;padding:.35rem .75rem}
.heat tbody th{text-align:right}.heat .none{background:var(--tint);color:var(--soft)}
.legend{font-size:.84rem;color:var(--soft);margin:.6rem 0}.legend .swatch{border-radius:0;width:1.5rem;margin-right:-.27rem}.legend .swatch:last-child{margin-right:0}
footer{margin-top:4rem;padding-top:1rem;padding-bottom:3rem;color:var(--soft);font-size:.84rem}
${tones}
${shades}
@media (max-width:40rem){body{font-size:16px}h1{font-size:2rem}header{padding-top:1.6rem}main,header,footer,nav{padding-left:1rem;padding-right:1rem}}
@media print{
@page{margin:14mm}
body{font-size:10.5pt}main,header,footer,nav{max-width:none;padding:0}nav,.js .scripted,.scripted{display:none!important}
section{break-inside:auto;margin-top:1.6rem}h2,h4,caption{break-after:avoid}tr,figure.use{break-inside:avoid}thead{display:table-header-group}
.scroll,.log{overflow:visible;max-height:none}table{min-width:0;font-size:8pt}tbody th,.reason,.v{min-width:0}.rows tbody th{font-size:7.5pt}th,td{padding-right:.4rem}svg{min-width:0}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`;
