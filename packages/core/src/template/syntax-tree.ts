import type { Value } from '../written.ts';

/** Operators with two sides. */
export type BinaryOperator =
  | '+'
  | '-'
  | '*'
  | '/'
  | '//'
  | '%'
  | '**'
  | '=='
  | '!='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'not in'
  | 'and'
  | 'or';

/** A parsed expression; `at` is the offset in the whole text, for messages. */
export type Node =
  | { readonly kind: 'literal'; readonly at: number; readonly value: Value }
  | { readonly kind: 'list'; readonly at: number; readonly items: readonly Node[] }
  | { readonly kind: 'name'; readonly at: number; readonly name: string }
  | { readonly kind: 'field'; readonly at: number; readonly of: Node; readonly name: string }
  | { readonly kind: 'index'; readonly at: number; readonly of: Node; readonly index: Node }
  | {
      readonly kind: 'unary';
      readonly at: number;
      readonly operator: '-' | 'not';
      readonly of: Node;
    }
  | {
      readonly kind: 'binary';
      readonly at: number;
      readonly operator: BinaryOperator;
      readonly left: Node;
      readonly right: Node;
    }
  | {
      readonly kind: 'choice';
      readonly at: number;
      readonly test: Node;
      readonly yes: Node;
      readonly no: Node;
    }
  | {
      readonly kind: 'call';
      readonly at: number;
      readonly name: string;
      readonly args: readonly Node[];
    };
