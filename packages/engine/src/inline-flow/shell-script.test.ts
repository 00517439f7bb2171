import { execFileSync } from 'node:child_process';
import { compileTemplate, isFlowError } from '@orchestrate/core';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inputToken, replacePathTokens } from './path-tokens.ts';
import { compileScript } from './shell-script.ts';

/** Pieces of scripts whose output shows the value wherever it may stand. */
const PLACES = [
  "printf '%s' {{ v }}",
  'printf "%s" "{{ v }}"',
  "printf '%s' '{{ v }}'",
  'printf "%s" "$(printf %s {{ v }})"',
  'printf "%s" "$(printf "%s" "{{ v }}")"',
  "(printf '%s' {{ v }})",
  "if true; then printf '%s' {{ v }}; fi # it's a comment",
  "printf '%s' \\\n  {{ v }}",
  'x={{ v }}; printf \'%s\' "$x"',
  'x="a{{ v }}"; printf \'%s\' "${x#a}"',
  "case a in a) printf '%s' {{ v }};; esac",
];

function run(shell: string, script: string): string {
  return execFileSync(
    shell,
    shell === 'bash' ? ['-euo', 'pipefail', '-c', script] : ['-eu', '-c', script],
    { encoding: 'utf8' },
  );
}

const hostile = fc.oneof(
  fc.constantFrom(
    '$(touch pwned)',
    '`id`',
    "'; id; '",
    '"; id; "',
    '\\',
    '$HOME',
    '!!',
    '*',
    'a b',
    '',
    '-n',
    '~',
    '\n',
    "'",
    '"',
    '#',
    '$',
    '&& id',
    'a\nid',
    '{a,b}',
    "\\'",
    '${HOME}',
  ),
  fc.string({ unit: 'grapheme-ascii' }),
);

/** What an act throws, `undefined` when it does not. */
function thrownBy(act: () => unknown): unknown {
  try {
    act();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('values in shell scripts', () => {
  it.each(['bash', 'sh'])(
    'arrive in %s as they are, whatever they hold and wherever they stand',
    (shell) => {
      fc.assert(
        fc.property(fc.constantFrom(...PLACES), hostile, (place, value) => {
          const { script } = compileScript(compileTemplate(place)).render({ v: value });
          const kept = place.includes('$(') ? value.replace(/\n+$/, '') : value;

          expect(run(shell, script)).toBe(kept);
        }),
        { numRuns: 120 },
      );
    },
  );

  it('stay inert in here-documents, or are refused', () => {
    const scripts = ['cat <<EOF\n[{{ v }}]\nEOF\n', "cat <<'EOF'\n[{{ v }}]\nEOF\n"];
    fc.assert(
      fc.property(fc.constantFrom(...scripts), hostile, (text, value) => {
        const shell = compileScript(compileTemplate(text));
        const error = thrownBy(() => shell.render({ v: value }));
        const refused = isFlowError(error) && error.code === 'INLINE_SHELL_POSITION';

        expect(refused || run('bash', shell.render({ v: value }).script) === `[${value}]\n`).toBe(
          true,
        );
      }),
      { numRuns: 80 },
    );
  });

  it.each([
    'echo `echo {{ v }}`',
    'echo $(( {{ v }} ))',
    'echo "${x:-{{ v }}}"',
    'echo \\{{ v }}',
    'echo ${{ v }}',
    'cat <<{{ v }}\nx\n',
    'x=$(case a in a) echo "{{ v }}";; esac)',
    "echo $'{{ v }}'",
    'cat <<EOF\n{{ v }}\nEOF\n'.replace('{{ v }}', '$(echo {{ v }})'),
  ])('are refused where no quoting is sure: %s', (text) => {
    const script = compileScript(compileTemplate(text));

    expect(() => script.render({ v: '$(id)' })).toThrow(
      expect.objectContaining({ code: 'INLINE_SHELL_POSITION' }),
    );
    expect(script.render({ v: '12' }).script).toBe(text.replace('{{ v }}', '12'));
  });

  it('go in as they are with `raw`', () => {
    expect(
      compileScript(compileTemplate('ls {{ v | raw }}')).render({ v: '*.nc | wc' }).script,
    ).toBe('ls *.nc | wc');
  });

  it('become many words when they are a list', () => {
    expect(
      compileScript(compileTemplate('cat {{ v }} | wc')).render({ v: ['a', 'b c'] }).script,
    ).toBe("cat a 'b c' | wc");
  });

  it('take paths later, quoted for their place', () => {
    const { script } = compileScript(compileTemplate('cat {{ v }} "{{ v }}" | wc')).render({
      v: inputToken('x'),
    });

    expect(replacePathTokens(script, { inputs: { x: "/a b/c'd" }, outputs: {} })).toBe(
      `cat '/a b/c'\\''d' "${"\"'/a b/c'\\''d'\""}" | wc`,
    );
  });

  it('cannot smuggle in a token', () => {
    expect(() => compileScript(compileTemplate('cat {{ v }} | wc')).render({ v: 'a\0b' })).toThrow(
      /cannot stand safely/,
    );
  });
});
