import type { PyObject, PyValue } from './value.ts';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  "'": '&#39;',
  '"': '&#34;',
};

/** `&`, `<`, `>` and both quotes as HTML entities. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>'"]/g, (character) => ESCAPES[character] ?? character);
}

/** A str that is marked as safe HTML: what `escape`, `safe` and `tojson` make. It is a str in every test. */
export class PyMarkup implements PyObject {
  readonly pyType = 'Markup';
  readonly value: string;

  constructor(value: string) {
    this.value = value;
  }

  /** Methods of strings are looked up where those of `str` are. */
  attribute(): PyValue | undefined {
    return undefined;
  }

  text(): string {
    return this.value;
  }

  isTrue(): boolean {
    return this.value !== '';
  }

  hash(): unknown {
    return this.value;
  }
}

/** The text of a str or of marked HTML; `undefined` for anything else. */
export function textOf(value: PyValue): string | undefined {
  if (typeof value === 'string') return value;
  return value instanceof PyMarkup ? value.value : undefined;
}
