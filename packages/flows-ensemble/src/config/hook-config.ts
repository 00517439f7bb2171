import { Duration, NAME_PATTERN, readField } from '@orchestrate/core';
import { z } from 'zod';
import { verbatim } from './verbatim.ts';

/** A command as it was written: a text for the shell, or words. */
export const CommandText = readField(
  (raw, report) => {
    const isWords = Array.isArray(raw) && raw.length > 0;
    if (!isWords && (typeof raw !== 'string' || raw.trim() === ''))
      report([], 'expected a command: a text, or a list of words');
    return raw as string | readonly unknown[];
  },
  { description: 'A text for the shell, or a list of words.', type: ['string', 'array'] },
);

/** Steps of `@orchestrate/steps` that a hook may be, with their arguments. */
const STEP_HOOKS = ['move', 'remove', 'quota', 'notify'] as const;

const common = {
  name: z
    .string()
    .regex(NAME_PATTERN, 'the name of a hook starts with a letter and has letters, digits, - and _')
    .optional()
    .describe('Name of its task; what it captured is `tasks.NAME.result` in later texts.'),
  dir: z
    .string()
    .optional()
    .describe("Where it runs, below the project. Default: the member's directory, or the project."),
  backend: z
    .string()
    .regex(NAME_PATTERN)
    .optional()
    .describe('Backend that runs it. Default: that of all steps of the ensemble.'),
  env: verbatim('Variables of the environment; the only place for secrets.', 'object'),
  retry: verbatim('How it is tried again, as for tasks.'),
  timeout: Duration.optional().describe('Longest time one attempt may take.'),
};

/** Whether a text, its expressions aside, means something to a shell. */
function needsShell(text: string): boolean {
  return /['"\\$`|&;<>()*?#~\n]/.test(text.trim().replaceAll(/\{\{.*?\}\}/gs, ''));
}

/** One step around the ensemble or around each member. Exactly one of `run`, `check`, `call` and the steps says what it does. */
export const HookConfig = z
  .strictObject({
    ...common,
    run: CommandText.optional().describe('Run a command; it fails the member when it fails.'),
    capture: z
      .enum(['text', 'lines', 'json'])
      .optional()
      .describe('Keep what the command prints as its result. Such a command runs without a shell.'),
    ignoreErrors: z.boolean().default(false).describe('Go on when the command fails.'),
    check: CommandText.optional().describe(
      'Wait until a command succeeds; asked again and again without holding a job slot.',
    ),
    every: Duration.default(30).describe('Time between two looks of a check. Default 30s.'),
    patience: Duration.default(86_400).describe(
      'When a check that never held has failed. `0s`: it is asked once. Default 1d.',
    ),
    call: z.string().optional().describe('Call a function: `./module.ts#name`, `package#name`.'),
    args: verbatim('Arguments of `call`.'),
    move: verbatim(
      'Copy files to another place and verify them: { to, include, exclude }.',
      'object',
    ),
    remove: verbatim(
      'Remove the directory of the member once the `move` before has verified its files: { disposable }.',
      'object',
    ),
    quota: verbatim(
      'Wait for free space: { atLeast: 500Gi }, or sources as of the step `quota`: { use: lfs, path, atLeast }.',
    ),
    notify: verbatim('Tell somebody: { mail: ... } or { webhook: ... }.', 'object'),
  })
  .superRefine((hook, context) => {
    const kinds = ['run', 'check', 'call', ...STEP_HOOKS] as const;
    const given = kinds.filter((kind) => hook[kind] !== undefined);
    if (given.length !== 1) {
      const got = given.length === 0 ? 'none' : given.join(' and ');
      context.addIssue({
        code: 'custom',
        message: `expected exactly one of ${kinds.join(', ')}, got ${got}`,
      });
    }
    if (hook.capture !== undefined && typeof hook.run === 'string' && needsShell(hook.run)) {
      context.addIssue({
        code: 'custom',
        path: ['run'],
        message: 'with capture, expected plain words, or a list of words such as [bash, -c, "..."]',
      });
    }
    for (const [option, kind] of [
      ['capture', 'run'],
      ['args', 'call'],
    ] as const) {
      if (hook[option] === undefined || hook[kind] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [option], message: `goes with ${kind} only` });
    }
  });

/** A hook, read. */
export type HookConfig = z.output<typeof HookConfig>;
