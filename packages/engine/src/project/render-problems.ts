import type { Problem } from './loaded-project.ts';
import { placeText } from './project-problems.ts';

type Paint = (text: string) => string;

const plain: Paint = (text) => text;
const ansi =
  (code: number): Paint =>
  (text) =>
    `\u{1B}[${code}m${text}\u{1B}[0m`;

/** Problems as text for a terminal: place, message, the line with a caret under the place, and what to do. */
export function renderProblems(
  problems: readonly Problem[],
  { color = false }: { readonly color?: boolean } = {},
): string {
  const paint = (code: number): Paint => (color ? ansi(code) : plain);
  const [bold, red, yellow, dim, cyan] = [1, 31, 33, 2, 36].map(paint) as [
    Paint,
    Paint,
    Paint,
    Paint,
    Paint,
  ];
  const blocks = problems.map((problem) => {
    const warning = problem.severity === 'warning';
    const message = warning ? yellow(`warning: ${problem.message}`) : red(problem.message);
    const lines = [`${bold(placeText(problem))}: ${message}`];
    if (problem.excerpt !== undefined) {
      const number = problem.file.startsWith('--set ') ? '' : String(problem.line);
      const margin = number.padStart(5);
      lines.push(`${dim(`${margin} |`)} ${problem.excerpt[0]}`);
      lines.push(`${dim(`${' '.repeat(margin.length)} |`)} ${red(problem.excerpt[1])}`);
    }
    if (problem.hint !== undefined) lines.push(`      ${cyan(`hint: ${problem.hint}`)}`);
    return lines.join('\n');
  });
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`;
}
