import { randomUUID } from 'node:crypto';
import type { Mail } from './args.ts';

/** An encoded word may be 75 letters long, of which 63 are left for base64. */
const WORD_BYTES = 45;

/** A header's text as RFC 2047 has it, where it is not plain ASCII. */
function encodedWords(text: string): string {
  if (/^[\x20-\x7e]*$/.test(text) && text.length < 70) return text;
  const words = [''];
  for (const letter of text) {
    const last = words.at(-1) ?? '';
    if (Buffer.byteLength(last + letter) > WORD_BYTES) words.push(letter);
    else words[words.length - 1] = last + letter;
  }
  return words.map((word) => `=?UTF-8?B?${Buffer.from(word).toString('base64')}?=`).join('\r\n ');
}

/** A whole mail, lines ended by CR LF. The text is base64, so nothing in it can be taken for the protocol. */
export function mailMessage(
  mail: Mail,
  { subject, text }: { subject: string; text: string },
): string {
  const body = Buffer.from(text.replaceAll(/\r?\n/g, '\r\n')).toString('base64');
  return [
    `From: ${mail.from}`,
    `To: ${mail.to.join(',\r\n ')}`,
    `Subject: ${encodedWords(subject)}`,
    `Date: ${new Date().toUTCString().replace('GMT', '+0000')}`,
    `Message-ID: <${randomUUID()}@${mail.from.split('@')[1] ?? ''}>`,
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: base64',
    'Auto-Submitted: auto-generated',
    '',
    ...(body.match(/.{1,76}/g) ?? []),
    '',
  ].join('\r\n');
}
