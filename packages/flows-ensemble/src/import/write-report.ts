import { SEVERITIES } from './finding-kinds.ts';
import type { Finding } from './findings.ts';

function cell(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', String.raw`\|`);
}

function code(text: string): string {
  return text.includes('`') ? text : `\`${text}\``;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function section({ kind, title, places, upstream, here, action }: Finding): string[] {
  const hasHints = places.some(({ hint }) => hint !== undefined);
  return [
    `### ${title}`,
    '',
    `\`${kind}\`, ${counted(places.length, 'place')}.`,
    '',
    `- **model-ensembler:** ${upstream}`,
    `- **Here:** ${here}`,
    `- **To do:** ${action}`,
    '',
    `| place | what | ${hasHints ? 'hint | ' : ''}`.trimEnd(),
    `| --- | --- | ${hasHints ? '--- | ' : ''}`.trimEnd(),
    ...places.map(({ file, line, column, path, message, hint }) => {
      const place = `${code(`${file}:${line}:${column}`)}${path === '' ? '' : ` ${code(path)}`}`;
      const more = hasHints ? ` ${cell(hint ?? '')} |` : '';
      return `| ${cell(place)} | ${cell(message)} |${more}`;
    }),
    '',
  ];
}

/** The report of an import, as Markdown: what the configuration relies on, worst first, and what a person has to decide. */
export function writeReport(
  file: string,
  findings: readonly Finding[],
  decisions: readonly string[],
): string {
  const places = findings.reduce((sum, finding) => sum + finding.places.length, 0);
  const lines = [
    `# What ${file} relies on`,
    '',
    places === 0
      ? 'Nothing that model-ensembler does otherwise than one would expect.'
      : `${counted(places, 'place')} of ${counted(findings.length, 'kind')} where model-ensembler does something else than one would expect, the worst first.`,
    '',
  ];
  for (const severity of SEVERITIES) {
    const some = findings.filter((finding) => finding.severity === severity);
    if (some.length === 0) continue;
    lines.push(`## ${severity}`, '', ...some.flatMap(section));
  }
  if (decisions.length > 0) {
    lines.push('## To decide', '', ...decisions.map((decision) => `- ${decision}`), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}
