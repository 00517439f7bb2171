import { hash } from 'node:crypto';
import { failureSection } from './failure-section.ts';
import { gridSection } from './grid-section.ts';
import { headSection } from './head-section.ts';
import { escapeText, html, type Markup } from './markup.ts';
import { EARLY_SCRIPT, pageScript } from './page-script.ts';
import { PAGE_STYLE } from './page-style.ts';
import type { Report } from './report-types.ts';
import { statisticsSection } from './statistics-section.ts';
import { tableSection } from './table-section.ts';
import { timelineSection } from './timeline-section.ts';
import { useSection } from './use-section.ts';
import { utcText } from './wording.ts';

const TITLES: Readonly<Record<string, string>> = {
  failures: 'Failures',
  grid: 'Parameters',
  rows: 'Members and tasks',
  timeline: 'Timeline',
  use: 'Limits over time',
  statistics: 'Attempts and times',
};

function contents(sections: readonly Markup[]): Markup {
  const links = Object.entries(TITLES).flatMap(([id, title]) =>
    sections.some(({ text }) => text.startsWith(`<section id="${id}"`))
      ? [html`<li><a href="#${id}">${title}</a></li>`]
      : [],
  );
  return html`<nav aria-label="Contents"><ul>${links}</ul></nav>`;
}

/** Nothing is fetched, and of scripts and styles only those with these digests count, whatever a name in the report holds. */
function policy(script: string, style: string): string {
  const digest = (text: string): string => `'sha256-${hash('sha256', text, 'base64')}'`;
  return `default-src 'none'; script-src ${digest(EARLY_SCRIPT)} ${digest(script)}; style-src ${digest(style)}; base-uri 'none'; form-action 'none'`;
}

/** One page with everything in it: needs no network, no other file, and for reading no script. */
export function renderReport(report: Report): string {
  const script = pageScript();
  const sections = [
    failureSection(report),
    gridSection(report),
    tableSection(report),
    timelineSection(report),
    useSection(report),
    statisticsSection(report),
  ];
  const { head } = report;
  const body = html`${headSection(report)}
${contents(sections)}
<main>
${sections}
</main>
<footer><p>Made by <code>orchestrate report</code> from the journal of run <code>${head.run}</code>, as it was at ${utcText(head.lastAt)}. <a href="#top">To the top</a></p></footer>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy(script, PAGE_STYLE)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeText(`${head.project}: run ${head.run}, ${head.state}`)}</title>
<style>${PAGE_STYLE}</style>
<script>${EARLY_SCRIPT}</script>
</head>
<body>
${body.text}
<script>${script}</script>
</body>
</html>
`;
}
