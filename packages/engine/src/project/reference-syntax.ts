/** One reference in a text. */
export interface Reference {
  readonly kind: 'env' | 'secret';
  readonly name: string;
  /** For `${env:NAME:-fallback}`. */
  readonly fallback?: string;
  /** As written. */
  readonly text: string;
  readonly index: number;
}

/** A reference that cannot be understood. */
export interface BadReference {
  readonly text: string;
  readonly index: number;
  readonly complaint: string;
}

const ANY = /(\$?)\$\{(env|secret):([^}\n]{0,1000})(\}?)/g;
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;

/** Replaces every reference of a text; `$${env:NAME}` stands for the text `${env:NAME}`. Bad references stay as they are. */
export function replaceReferences(text: string, replace: (reference: Reference) => string): string {
  if (!text.includes('${')) return text;
  return text.replace(
    ANY,
    (whole, doubled: string, kind: string, body: string, end: string, index: number) => {
      if (doubled !== '') return whole.slice(1);
      const parsed = parse(whole, kind, body, end, index);
      return 'complaint' in parsed ? whole : replace(parsed);
    },
  );
}

/** All references of a text, good and bad. */
export function findReferences(text: string): readonly (Reference | BadReference)[] {
  if (!text.includes('${')) return [];
  return [...text.matchAll(ANY)].flatMap((match) => {
    const [whole, doubled, kind = '', body = '', end = ''] = match;
    return doubled === '' ? [parse(whole, kind, body, end, match.index)] : [];
  });
}

function parse(
  text: string,
  kind: string,
  body: string,
  end: string,
  index: number,
): Reference | BadReference {
  const [name = '', ...rest] = body.split(':-');
  const bad = (complaint: string) => ({ text, index, complaint });
  if (end === '') return bad('the closing } is missing');
  if (!NAME.test(name)) return bad('expected a name of letters, digits and _ after the colon');
  if (rest.length === 0) return { kind: kind === 'env' ? 'env' : 'secret', name, text, index };
  if (kind === 'secret') return bad('a secret has no fallback: it would stand in the file');
  return { kind: 'env', name, fallback: rest.join(':-'), text, index };
}
