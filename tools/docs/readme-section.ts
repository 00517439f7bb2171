/**
 * Replaces what stands between `<!-- NAME -->` and `<!-- /NAME -->` in a page, the rest of which is written by hand.
 *
 * @throws Error when the page does not have the two marks, once each and in order
 */
export function withSection(page: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const [before, inside, ...more] = page.split(begin);
  const [, after, ...rest] = (inside ?? '').split(end);
  if (before === undefined || after === undefined || more.length > 0 || rest.length > 0)
    throw new Error(`expected ${begin} and ${end} in the page, once each`);
  return `${before}${begin}\n\n${text.trim()}\n\n${end}${after}`;
}
