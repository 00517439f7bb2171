/** What stands in place of a secret. */
const REDACTED = '***';

/** Shorter parts of a secret (lines, inner pieces of its base64 form) would be found in innocent text. */
const SHORTEST_PART = 8;

/** Every form in which a secret may show up: as it is, encoded, escaped, and line by line. */
function formsOf(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  const texts = [
    secret,
    ...(lines.length > 1 ? lines.filter((line) => line.length >= SHORTEST_PART) : []),
  ];
  const forms = texts.flatMap((text) => [text, ...escapedForms(text)]);
  return [...new Set([...forms, ...base64Forms(secret)])].sort((a, b) => b.length - a.length);
}

function escapedForms(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  return [
    json,
    JSON.stringify(json).slice(1, -1),
    ...urlForms(text.toWellFormed()),
    text.replaceAll("'", `'\\''`),
    text.replaceAll("'", `'"'"'`),
    text.replace(/["\\$`]/g, '\\$&'),
    text.replace(/[^\w@%+=:,./-]/g, '\\$&'),
    html(text).replaceAll("'", '&#39;'),
    html(text),
  ];
}

/** Programs do not agree on which characters have to be encoded, nor on upper and lower case. */
function urlForms(text: string): string[] {
  const component = encodeURIComponent(text);
  const strict = component.replace(
    /[!'()*]/g,
    (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const form = new URLSearchParams({ '': text }).toString().slice(1);
  const forms = [component, strict, form, component.replaceAll('%20', '+'), encodeURI(text)];
  return [
    ...forms,
    ...forms.map((one) => one.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
  ];
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/**
 * The base64 and hexadecimal forms, also the pieces that show up when the secret is encoded in the middle of a longer text
 * (`user:password`), where it may start at any of three positions.
 */
function base64Forms(secret: string): string[] {
  const bytes = Buffer.from(secret, 'utf8');
  const pieces = [0, 1, 2].flatMap((lead) => {
    const encoded = Buffer.concat([Buffer.alloc(lead), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const first = Math.ceil((lead * 8) / 6);
    const last = Math.floor(((lead + bytes.length) * 8) / 6);
    return encoded.slice(first, last);
  });
  const whole = bytes.toString('base64');
  const hex = bytes.toString('hex');
  const forms = [
    whole,
    whole.replace(/=+$/, ''),
    ...pieces.filter((piece) => piece.length >= SHORTEST_PART),
  ];
  const urlSafe = forms.map((form) => form.replaceAll('+', '-').replaceAll('/', '_'));
  return [...forms, ...urlSafe, hex, hex.toUpperCase()];
}

/** Takes secrets out of texts and byte streams, whichever of their forms they appear in. Knows more secrets as time goes on. */
export class Redactor {
  readonly #secrets = new Set<string>();
  readonly #forms = new Set<string>();
  #text: RegExp | undefined;
  #bytes: { readonly pattern: RegExp; readonly forms: readonly string[] } | undefined;

  /** Longest first. */
  get secrets(): readonly string[] {
    return [...this.#secrets].sort((a, b) => b.length - a.length);
  }

  learn(secret: string): void {
    if (this.#secrets.has(secret)) return;
    this.#secrets.add(secret);
    for (const form of formsOf(secret)) this.#forms.add(form);
    this.#text = undefined;
    this.#bytes = undefined;
  }

  redact(text: string): string {
    if (this.#secrets.size === 0 || text === '') return text;
    this.#text ??= patternOf(this.#forms);
    return text.replace(this.#text, REDACTED);
  }

  /** Looks across the borders of pieces; holds back only what could be the beginning of a secret. */
  async *redactStream(pieces: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    let held = '';
    for await (const piece of pieces) {
      // With nothing to look for, bytes pass as they are; secrets learned meanwhile count from the next piece on.
      if (this.#secrets.size === 0) {
        yield piece;
        continue;
      }
      const [done, rest] = this.#split(held + Buffer.from(piece).toString('latin1'));
      held = rest;
      if (done !== '') yield Buffer.from(done, 'latin1');
    }
    if (held !== '') yield Buffer.from(held.replace(this.#byteForms().pattern, REDACTED), 'latin1');
  }

  #split(text: string): [done: string, rest: string] {
    const { pattern, forms } = this.#byteForms();
    const hold = beginningOfSecret(text, forms);
    let done = '';
    let at = 0;
    for (const match of text.matchAll(pattern)) {
      if (match.index >= hold) break;
      done += text.slice(at, match.index) + REDACTED;
      at = match.index + match[0].length;
    }
    if (at >= hold) return [done, text.slice(at)];
    return [done + text.slice(at, hold), text.slice(hold)];
  }

  #byteForms() {
    if (this.#bytes === undefined) {
      const forms = [...this.#forms].map((form) => Buffer.from(form, 'utf8').toString('latin1'));
      this.#bytes = { pattern: patternOf(forms), forms };
    }
    return this.#bytes;
  }
}

function patternOf(forms: Iterable<string>): RegExp {
  const longestFirst = [...forms].filter((form) => form !== '').sort((a, b) => b.length - a.length);
  return new RegExp(
    longestFirst.map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('|'),
    'g',
  );
}

/** Where the last part of a text begins that could go on to be one of the forms; the text's length when there is none. */
function beginningOfSecret(text: string, forms: readonly string[]): number {
  const longest = forms.reduce((most, form) => Math.max(most, form.length), 0);
  const firsts = new Set(forms.map((form) => form[0]));
  for (let at = Math.max(0, text.length - longest + 1); at < text.length; at += 1) {
    if (!firsts.has(text[at])) continue;
    const tail = text.slice(at);
    if (forms.some((form) => form.length > tail.length && form.startsWith(tail))) return at;
  }
  return text.length;
}
