/** A call on its way to the subject. */
export interface InterceptedCall {
  /** Name of the method. */
  readonly method: string;
  readonly args: readonly unknown[];
}

/** What goes wrong between a caller and the subject. Faults can be laid over each other; the first is the outermost. */
export interface Fault {
  /** Name in the log. */
  readonly name: string;
  /** Around a call that answers once. `go` makes the call; it may be made never, once or more often. */
  call?(call: InterceptedCall, go: () => Promise<unknown>, note: () => void): Promise<unknown>;
  /** Around a call that answers in pieces. */
  stream?(
    call: InterceptedCall,
    source: AsyncIterable<Uint8Array>,
    note: () => void,
  ): AsyncIterable<Uint8Array>;
  /** Around reports that come by themselves: called instead of the listener. */
  report?(deliver: () => void, note: () => void): void;
}

/** One thing that went wrong on purpose. */
export interface InjectedFault {
  readonly fault: string;
  readonly method: string;
}

/** A subject with faults around it, and what they did so far. */
export interface Faulty<T> {
  readonly subject: T;
  readonly injected: readonly InjectedFault[];
}

type Method = (...args: readonly unknown[]) => unknown;

function isStream(value: unknown): value is AsyncIterable<Uint8Array> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

function isMethod(value: unknown): value is Method {
  return typeof value === 'function';
}

/** Lays faults around a storage or a backend. Its traits, disposal and synchronous methods stay as they are. */
export function withFaults<T extends object>(subject: T, faults: readonly Fault[]): Faulty<T> {
  const injected: InjectedFault[] = [];
  const noteOf = (fault: Fault, method: string) => () => {
    injected.push({ fault: fault.name, method });
  };
  const calling = (call: InterceptedCall, go: () => Promise<unknown>): Promise<unknown> =>
    faults.reduceRight<() => Promise<unknown>>(
      (inner, fault) => () => fault.call?.(call, inner, noteOf(fault, call.method)) ?? inner(),
      go,
    )();
  const streaming = (call: InterceptedCall, source: AsyncIterable<Uint8Array>) =>
    faults.reduceRight(
      (inner, fault) => fault.stream?.(call, inner, noteOf(fault, call.method)) ?? inner,
      source,
    );
  const listening = (listener: Method) => (statuses: unknown) =>
    faults.reduceRight<() => void>(
      (inner, fault) => () => {
        if (fault.report === undefined) inner();
        else fault.report(inner, noteOf(fault, 'watch'));
      },
      () => void listener(statuses),
    )();
  const around = (method: string, target: Method): Method => {
    if (method === 'read' || method === 'logs')
      return (...args) => {
        const source = target(...args);
        return isStream(source) ? streaming({ method, args }, source) : source;
      };
    if (method === 'watch')
      return (listener) => target(isMethod(listener) ? listening(listener) : listener);
    if (method === 'localPath') return target;
    return (...args) => calling({ method, args }, async () => target(...args));
  };
  const proxy = new Proxy(subject, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (!isMethod(value)) return value;
      const bound: Method = value.bind(target);
      return typeof name === 'string' ? around(name, bound) : bound;
    },
  });
  return { subject: proxy, injected };
}
