/** An exception of Python or Jinja2 that was not given its place in the template yet. */
export class PyException extends Error {
  /** Name of the exception's class in Python, such as `TypeError`. */
  readonly exception: string;

  constructor(exception: string, message: string) {
    super(message);
    this.exception = exception;
  }
}

export function typeError(message: string): PyException {
  return new PyException('TypeError', message);
}

export function valueError(message: string): PyException {
  return new PyException('ValueError', message);
}

export function keyError(key: string): PyException {
  return new PyException('KeyError', key);
}

export function attributeError(message: string): PyException {
  return new PyException('AttributeError', message);
}

export function indexError(message: string): PyException {
  return new PyException('IndexError', message);
}
