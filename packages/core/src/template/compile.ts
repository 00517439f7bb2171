import { isFlowError } from '../flow-error.ts';
import { didYouMean } from '../suggest.ts';
import { isPlainObject, numberOf, WrittenNumber } from '../written.ts';
import { FUNCTIONS } from './functions.ts';
import { isTrue, kindOf, needNumber, OPERATORS } from './operators.ts';
import type { Node } from './syntax-tree.ts';
import { type TemplateCode, templateError, ValueProblem } from './template-error.ts';

/** Names an expression may use. Only own properties count. */
export type TemplateScope = Readonly<Record<string, unknown>>;

/** Fields that are worked out when they are asked for, such as the results of tasks. */
export abstract class LazyFields {
  /** The value of a field, `undefined` when there is no such field. */
  abstract field(name: string): unknown;
  /** The fields there are, for suggestions. */
  abstract names(): readonly string[];
}

/** A compiled expression. */
export type Run = (scope: TemplateScope) => unknown;

/** How much work one expression may do, in list items and characters looked at. */
const MAX_STEPS = 5_000_000;

class Compiler {
  readonly #text: string;
  #steps = 0;

  constructor(text: string) {
    this.#text = text;
  }

  begin(): void {
    this.#steps = 0;
  }

  #fail(code: TemplateCode, message: string, at: number): never {
    throw templateError(code, message, { text: this.#text, at });
  }

  #guard<T>(at: number, act: () => T): T {
    try {
      return act();
    } catch (error) {
      if (error instanceof ValueProblem)
        throw templateError(error.code, error.message, { text: this.#text, at });
      throw error;
    }
  }

  #count(value: unknown, at: number): void {
    const sized = typeof value === 'string' || Array.isArray(value);
    this.#steps += sized ? 1 + value.length : 1;
    if (this.#steps > MAX_STEPS) this.#fail('TEMPLATE_LIMIT', 'this expression works too long', at);
  }

  compile(node: Node): Run {
    switch (node.kind) {
      case 'literal':
        return () => node.value;
      case 'list': {
        const items = node.items.map((item) => this.compile(item));
        return (scope) => items.map((item) => item(scope));
      }
      case 'name':
        return this.#name(node.name, node.at);
      case 'field':
        return this.#field(node);
      case 'index':
        return this.#index(node);
      case 'unary':
        return this.#unary(node);
      case 'binary':
        return this.#binary(node);
      case 'choice': {
        const [test, yes, no] = [
          this.compile(node.test),
          this.compile(node.yes),
          this.compile(node.no),
        ];
        return (scope) => (isTrue(test(scope)) ? yes(scope) : no(scope));
      }
      case 'call':
        return node.name === 'default' ? this.#default(node.args) : this.#call(node);
    }
  }

  #name(name: string, at: number): Run {
    return (scope) => {
      if (Object.hasOwn(scope, name)) {
        const value = scope[name];
        if (value !== undefined) return value;
      }
      const known = Object.keys(scope).filter((other) => scope[other] !== undefined);
      return this.#fail(
        'TEMPLATE_UNKNOWN_NAME',
        `there is no "${name}"${didYouMean(name, known)}`,
        at,
      );
    };
  }

  #lookUp(container: unknown, name: string, at: number): unknown {
    let known: readonly string[];
    if (isPlainObject(container)) {
      if (Object.hasOwn(container, name) && container[name] !== undefined) return container[name];
      known = Object.keys(container);
    } else if (container instanceof LazyFields) {
      const value = this.#guard(at, () => container.field(name));
      if (value !== undefined) return value;
      known = container.names();
    } else {
      return this.#fail(
        'TEMPLATE_VALUE',
        `${kindOf(container)} has no fields, so no "${name}"`,
        at,
      );
    }
    return this.#fail(
      'TEMPLATE_UNKNOWN_NAME',
      `there is no "${name}"${didYouMean(name, known)}`,
      at,
    );
  }

  #field(node: Node & { kind: 'field' }): Run {
    const of = this.compile(node.of);
    const { name, at } = node;
    return (scope) => this.#lookUp(of(scope), name, at);
  }

  #index(node: Node & { kind: 'index' }): Run {
    const [of, index] = [this.compile(node.of), this.compile(node.index)];
    const { at } = node;
    return (scope) => {
      const [container, key] = [of(scope), index(scope)];
      if (typeof key === 'string') return this.#lookUp(container, key, at);
      const position = numberOf(key);
      if (!(Array.isArray(container) || typeof container === 'string') || position === undefined) {
        return this.#fail(
          'TEMPLATE_VALUE',
          `${kindOf(container)} has no place for ${kindOf(key)}`,
          at,
        );
      }
      const item: unknown = container[position < 0 ? container.length + position : position];
      if (item !== undefined) return item;
      const message = `there is no item ${position} in ${container.length}`;
      return this.#fail('TEMPLATE_UNKNOWN_NAME', message, at);
    };
  }

  #unary(node: Node & { kind: 'unary' }): Run {
    const of = this.compile(node.of);
    if (node.operator === 'not') return (scope) => !isTrue(of(scope));
    return (scope) => this.#guard(node.at, () => negated(of(scope)));
  }

  #binary(node: Node & { kind: 'binary' }): Run {
    const [left, right] = [this.compile(node.left), this.compile(node.right)];
    const { operator, at } = node;
    if (operator === 'and') {
      return (scope) => {
        const value = left(scope);
        return isTrue(value) ? right(scope) : value;
      };
    }
    if (operator === 'or') {
      return (scope) => {
        const value = left(scope);
        return isTrue(value) ? value : right(scope);
      };
    }
    const operate = OPERATORS[operator];
    return (scope) => {
      const [first, second] = [left(scope), right(scope)];
      this.#count(first, at);
      this.#count(second, at);
      return this.#guard(at, () => operate(first, second));
    };
  }

  #default(args: readonly Node[]): Run {
    const [value, fallback] = args.map((arg) => this.compile(arg));
    return (scope) => {
      try {
        const found = value?.(scope);
        if (found !== undefined && found !== null) return found;
      } catch (error) {
        if (!isFlowError(error) || error.code !== 'TEMPLATE_UNKNOWN_NAME') throw error;
      }
      return fallback?.(scope);
    };
  }

  #call(node: Node & { kind: 'call' }): Run {
    const args = node.args.map((arg) => this.compile(arg));
    const call = FUNCTIONS.get(node.name)?.call;
    const { at } = node;
    return (scope) => {
      const values = args.map((arg) => arg(scope));
      for (const value of values) this.#count(value, at);
      return this.#guard(at, () => call?.(...values));
    };
  }
}

/** Keeps the written form: `-1.0` is as much `1.0` as it was before. */
function negated(value: unknown): unknown {
  const number = -needNumber(value, '"-"');
  if (!(value instanceof WrittenNumber)) return number === 0 ? 0 : number;
  return new WrittenNumber(
    number,
    value.text.startsWith('-') ? value.text.slice(1) : `-${value.text}`,
  );
}

/** Compiles an expression into a function that can be called many times. */
export function compileExpression(text: string, node: Node): Run {
  const compiler = new Compiler(text);
  const run = compiler.compile(node);
  if (node.kind === 'name' || node.kind === 'field' || node.kind === 'literal') return run;
  return (scope) => {
    compiler.begin();
    return run(scope);
  };
}
