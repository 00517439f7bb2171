import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeText, html, jsonBlock } from './markup.ts';

describe('html', () => {
  it('escapes what is put in, and leaves pieces as they are', () => {
    const piece = html`<b title="${'" onload="x'}">${"<i>&'"}</b>`;

    expect(html`<p>${piece}${[1, undefined, '>']}</p>`.text).toBe(
      '<p><b title="&quot; onload=&quot;x">&lt;i&gt;&amp;&#39;</b>1&gt;</p>',
    );
  });

  it('makes control characters visible and keeps line breaks', () => {
    expect(escapeText('a\u001b[2Jb\nc\u202ed\r')).toBe('a\\x1b[2Jb\nc\\u202ed\\x0d');
  });

  it('never lets a text begin a tag, end an attribute or name an entity', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(escapeText(text)).toMatch(/^(?:[^&<>"']|&(?:amp|lt|gt|quot|#39);)*$/u);
      }),
    );
  });
});

describe('a data block', () => {
  it('cannot be ended by a text in it, and reads back the same', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'binary' }), fc.constant('</script><!--\u2028'))),
        (texts) => {
          const { text } = jsonBlock('x', texts);
          const json = text.slice(text.indexOf('>') + 1, text.lastIndexOf('<'));

          expect(json).not.toMatch(/[<>&\u2028\u2029]/u);
          expect(JSON.parse(json)).toEqual(texts);
        },
      ),
    );
  });
});
