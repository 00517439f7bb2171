import type { CommandSpec } from '../arguments/command-spec.ts';
import type { CommandContext } from '../command-context.ts';
import { EXIT, type ExitCode } from '../exit-codes.ts';
import { LEFT_ALONE, TERMINAL_VARIABLE } from '../output/far-terminal.ts';
import { plainPaint } from '../output/paint.ts';
import { untilGone } from '../session/until-gone.ts';
import { wordsOf } from './call-words.ts';
import { runThere, type There } from './there.ts';

/** Options that mean this end. */
const HERE = ['on', 'color'];
/** How what is shown there is to look here. */
function lookWords({ output }: CommandContext): readonly string[] {
  return [`--color=${output.paint === plainPaint ? 'never' : 'always'}`];
}

function lookEnvironment({ output }: CommandContext): Readonly<Record<string, string>> {
  if (!output.isTerminal) return {};
  return { [TERMINAL_VARIABLE]: `${output.width ?? 80}x${output.height}` };
}

/** Calls the same command there and shows what it says here. */
export async function relay(
  context: CommandContext,
  command: CommandSpec,
  there: There,
): Promise<ExitCode> {
  const { call, output } = context;
  const words = wordsOf(call, command, HERE, lookWords(context));
  const stop = new AbortController();
  using _gone = untilGone(output, () => stop.abort());
  const decoder = new TextDecoder();
  try {
    const { code, stderr } = await runThere(there, words, {
      env: lookEnvironment(context),
      signal: stop.signal,
      onOutput: (piece) => output.write(decoder.decode(piece, { stream: true })),
    });
    output.write(decoder.decode());
    if (stderr !== '') output.note(stderr.replace(/\n$/, ''));
    return code as ExitCode;
  } catch (error) {
    if (stop.signal.aborted) {
      if (output.isTerminal) output.writeFooter(LEFT_ALONE);
      return EXIT.succeeded;
    }
    throw error;
  }
}
