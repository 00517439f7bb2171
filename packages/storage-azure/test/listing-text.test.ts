import { PortError } from '@orchestrate/object-store';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readListing } from '../src/listing-text.ts';

/** A page as "List Blobs" of the documentation shows it. */
function page(blobs: string, next = ''): string {
  return `\uFEFF<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="https://me.blob.core.windows.net/" ContainerName="c"><Prefix>a</Prefix><MaxResults>5000</MaxResults><Blobs>${blobs}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
}

function blob(name: string, metadata = ''): string {
  return `<Blob><Name>${name}</Name><Properties><Creation-Time>Thu, 26 Nov 2026 10:00:00 GMT</Creation-Time><Last-Modified>Thu, 26 Nov 2026 10:00:01 GMT</Last-Modified><Etag>0x8DC</Etag><Content-Length>12</Content-Length><Content-Type>text/plain</Content-Type></Properties>${metadata}</Blob>`;
}

const encoded = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

describe('a page of a listing', () => {
  it('has blobs, with what is known of each', () => {
    const metadata = '<Metadata><orchestrate_sha256>ab</orchestrate_sha256><empty /></Metadata>';

    expect(readListing(page(blob('a/b.nc', metadata), 'more!'))).toEqual({
      blobs: [
        {
          name: 'a/b.nc',
          contentLength: 12,
          etag: '0x8DC',
          lastModified: new Date('2026-11-26T10:00:01Z'),
          metadata: { orchestrate_sha256: 'ab' },
        },
      ],
      prefixes: [],
      next: 'more!',
    });
  });

  it('has blobs and prefixes among each other', () => {
    const text = `${blob('a')}<BlobPrefix><Name>b/</Name></BlobPrefix>${blob('c')}<BlobPrefix><Name>d/</Name><Properties /></BlobPrefix>`;

    const { blobs, prefixes } = readListing(page(text));

    expect([blobs.map(({ name }) => name), prefixes]).toEqual([
      ['a', 'c'],
      ['b/', 'd/'],
    ]);
  });

  it('gives back every name, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, unit: 'grapheme' })), (names) => {
        const { blobs } = readListing(page(names.map((name) => blob(encoded(name))).join('')));
        expect(blobs.map(({ name }) => name)).toEqual(names);
      }),
    );
  });

  it('has names that XML cannot hold, percent-encoded', () => {
    const text = blob('x').replace('<Name>x</Name>', '<Name Encoded="true">a%EF%BF%BEb</Name>');

    expect(readListing(page(text)).blobs[0]?.name).toBe('a\uFFFEb');
    expect(readListing(page(blob('&#x41;&#66;'))).blobs[0]?.name).toBe('AB');
  });

  it('may be empty', () => {
    const empty = page('')
      .replace('<Blobs></Blobs>', '<Blobs />')
      .replace('<NextMarker></NextMarker>', '<NextMarker />');

    expect(readListing(empty)).toEqual({ blobs: [], prefixes: [], next: '' });
  });

  it('that was cut is never taken for a whole one', () => {
    const whole = page(blob('a') + blob('b'), 'n');
    fc.assert(
      fc.property(fc.nat(whole.length - 2), (at) => {
        expect(() => readListing(whole.slice(0, at))).toThrow(PortError);
      }),
    );
  });
});
