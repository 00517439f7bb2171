import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Frame } from './frame.ts';

const MARK = '0123456789abcdef0123456789abcdef';

function pieces(whole: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (whole.length + 1)), whole.length].sort(
    (one, other) => one - other,
  );
  return at.slice(1).map((end, index) => whole.subarray(at[index], end));
}

const bytes = fc.uint8Array({ maxLength: 80 }).map((array) => Buffer.from(array));
/** What looks like a mark and is none. */
const talk = fc.oneof(
  bytes,
  fc.constantFrom(MARK, `${MARK}x 1\n`, '0123456789abcdefb 1\n').map((text) => Buffer.from(text)),
);

it('gives back what a command wrote, however it is cut and whatever is around it', () => {
  fc.assert(
    fc.property(
      talk,
      talk,
      talk,
      fc.array(fc.nat(), { maxLength: 12 }),
      fc.nat(255),
      (before, inside, after, cuts, code) => {
        const whole = Buffer.concat([
          before,
          Buffer.from(`${MARK}b 77\n`),
          inside,
          Buffer.from(`${MARK}e ${code}\n`),
          after,
        ]);
        const taken: Buffer[] = [];
        const frame = new Frame(MARK, (content) => taken.push(content));

        for (const piece of pieces(whole, cuts)) frame.push(piece);

        expect(Buffer.concat(taken)).toEqual(inside);
        expect([frame.header, frame.trailer]).toEqual([77, code]);
      },
    ),
  );
});

it('gives back everything behind the beginning where there is no end', () => {
  fc.assert(
    fc.property(talk, bytes, fc.array(fc.nat(), { maxLength: 12 }), (before, inside, cuts) => {
      const taken: Buffer[] = [];
      const frame = new Frame(MARK, (content) => taken.push(content), { hasEnd: false });

      const whole = Buffer.concat([before, Buffer.from(`${MARK}b 1\n`), inside]);
      for (const piece of pieces(whole, cuts)) frame.push(piece);

      expect(Buffer.concat(taken)).toEqual(inside);
    }),
  );
});
