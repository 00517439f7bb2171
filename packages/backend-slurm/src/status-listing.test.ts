import { describe, expect, it } from 'vitest';
import { listingScript, parseEnd, parseListing } from './status-listing.ts';

describe('parseEnd', () => {
  it('reads how a job ended from the name of its file', () => {
    expect(parseEnd('12.0.3.-.1000.2500')).toEqual({
      index: 12,
      restart: 0,
      code: 3,
      startedAt: 1000,
      endedAt: 2500,
    });
    expect(parseEnd('0.2.143.TERM.1.2')).toMatchObject({ restart: 2, code: 143, signal: 'TERM' });
  });

  it.each(['.look123', '12.0.3', '12.0.3.-.1000.', 'a.0.0.-.1.2', '1.0.0.-.1.2.part', ''])(
    'passes %j over',
    (name) => {
      expect(parseEnd(name)).toBeUndefined();
    },
  );
});

describe('parseListing', () => {
  it('keeps batches apart, and claims from ends', () => {
    const text = '@a-1\n0\n2\n+\n0.0.0.-.1.2\n@b-1\n@c-1\n+\n.look7\n';

    expect(parseListing(text)).toEqual([
      {
        batch: 'a-1',
        claimed: [0, 2],
        ended: [{ index: 0, restart: 0, code: 0, startedAt: 1, endedAt: 2 }],
      },
      { batch: 'b-1', claimed: [], ended: [] },
      { batch: 'c-1', claimed: [], ended: [] },
    ]);
  });

  it('knows nothing where nothing was said', () => {
    expect(parseListing('')).toEqual([]);
    expect(parseListing('motd of the site\n0\n')).toEqual([]);
  });
});

describe('listingScript', () => {
  it('keeps names from the shell', () => {
    expect(listingScript('/a b', ['x$(reboot)'])).toContain(`'x$(reboot)'`);
  });
});
