import type { FunctionScope, Reference } from './symbols.ts';

/**
 * JavaScript that works an expression out. `text` gives a str, `boolean` a bool, `count` a small whole number that stands for
 * an int; any other value is a `value`.
 */
export interface Code {
  readonly js: string;
  readonly gives: 'value' | 'text' | 'boolean' | 'count';
}

/** Code that gives any value. */
export const valueCode = (js: string): Code => ({ js, gives: 'value' });

/** A literal of a text: the only way in which anything that a template says gets into code. */
export function literal(text: string): string {
  return JSON.stringify(text);
}

/** The value itself. */
export function asValue({ js, gives }: Code): string {
  return gives === 'count' ? `BigInt(${js})` : js;
}

/** Whether the value counts as true. */
export function asCondition({ js, gives }: Code): string {
  switch (gives) {
    case 'boolean':
      return js;
    case 'text':
      return `(${js} !== "")`;
    case 'count':
      return `(${js} !== 0)`;
    case 'value':
      return `isTrue(${js})`;
  }
}

/** `str(value)`. */
export function asText({ js, gives }: Code): string {
  switch (gives) {
    case 'text':
      return js;
    case 'count':
      return `String(${js})`;
    case 'boolean':
      return `(${js} ? "True" : "False")`;
    case 'value':
      return `str(${js})`;
  }
}

/** The variable that holds a name; functions inside others see those of the functions around them. */
export function variable({ owner, slot }: Reference): string {
  return `v${owner.depth}_${slot}`;
}

/** The variables of a function, once all of its code is written, and what it writes, `o`. */
export function declarations(owner: FunctionScope): string {
  const names = ['o = ""'];
  for (let slot = 0; slot < owner.size; slot += 1) names.push(variable({ owner, slot }));
  names.push(...owner.helpers());
  return `let ${names.join(', ')};\n`;
}
