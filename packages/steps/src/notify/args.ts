import { z } from 'zod';

/** What goes into a header or a command of a mail server: one address, and no way to say more. */
const address = z
  .string()
  .max(254)
  .regex(
    /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+$/,
    'expected one plain address, name@host',
  );
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/);

const Smtp = z.strictObject({
  host: z
    .string()
    .regex(/^[A-Za-z0-9.:-]+$/)
    .describe('Mail server.'),
  port: z.number().int().min(1).max(65_535).default(587).describe('Port of the mail server.'),
  security: z
    .enum(['starttls', 'tls', 'none'])
    .default('starttls')
    .describe(
      '`starttls` and `tls` encrypt or fail; `none` sends in the open, and never a password.',
    ),
  userVariable: variable
    .default('SMTP_USER')
    .describe('Variable of the environment with the account; without it, no log-in is tried.'),
  passwordVariable: variable
    .default('SMTP_PASSWORD')
    .describe('Variable of the environment with the password.'),
});

/** A mail server and how to log in. */
export type Smtp = z.output<typeof Smtp>;

const Mail = z.strictObject({
  to: z.array(address).min(1).max(100).describe('Addresses.'),
  from: address.describe('Address of the sender.'),
  sendmail: z
    .array(z.string().min(1))
    .min(1)
    .default(['sendmail', '-t', '-i'])
    .describe('Program and words that take the mail on standard input, when there is no `smtp`.'),
  smtp: Smtp.optional().describe('Mail server to hand the mail to.'),
});

/** A mail that is to be sent. */
export type Mail = z.output<typeof Mail>;

const Webhook = z
  .strictObject({
    url: z
      .url({ protocol: /^https?$/ })
      .optional()
      .describe('Address that takes a POST of JSON. If it is a secret, use `urlVariable`.'),
    urlVariable: variable.optional().describe('Variable of the environment with the address.'),
    fields: z
      .record(z.string(), z.json())
      .default({})
      .describe('Fields of the JSON beside `text`, which is subject and text, as Slack takes it.'),
    timeoutSeconds: z.number().positive().max(600).default(10).describe('Seconds for one try.'),
  })
  .refine(({ url, urlVariable }) => (url === undefined) !== (urlVariable === undefined), {
    error: 'expected either url or urlVariable',
  });

/** An address that takes JSON. */
export type Webhook = z.output<typeof Webhook>;

/** Arguments of the step `notify`. */
export const NotifyArgs = z
  .strictObject({
    subject: z
      .string()
      .min(1)
      .max(500)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a line break would begin another header
      .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected one line')
      .describe('Subject, one line.'),
    text: z.string().max(262_144).default('').describe('Text.'),
    mail: Mail.optional().describe('Sends a mail.'),
    webhook: Webhook.optional().describe('Posts to a webhook.'),
    required: z
      .boolean()
      .default(false)
      .describe('Whether a notification that cannot be sent fails the task.'),
  })
  .refine(({ mail, webhook }) => mail !== undefined || webhook !== undefined, {
    error: 'expected mail, webhook or both',
  });
