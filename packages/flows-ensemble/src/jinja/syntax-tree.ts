import type { BinaryOperator } from '../python/arithmetic.ts';
import type { PyValue } from '../python/value.ts';

/** Arguments of a call, filter or test. */
export interface CallArguments {
  readonly positional: readonly Expression[];
  readonly named: readonly (readonly [string, Expression])[];
  /** `*items`. */
  readonly spread: Expression | undefined;
  /** `**names`. */
  readonly spreadNamed: Expression | undefined;
}

/** A comparison operator. */
export type CompareOperator = '==' | '!=' | '<' | '<=' | '>' | '>=' | 'in' | 'notin';

/** `a.b`, `a['b']`, `a[1:2]`, `a | f`, `f(a)` and so on; `line` counts from 1. */
export type Expression = { readonly line: number } & (
  | { readonly kind: 'constant'; readonly value: PyValue }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'dict'; readonly pairs: readonly (readonly [Expression, Expression])[] }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'item'; readonly of: Expression; readonly key: Expression }
  | SliceExpression
  | { readonly kind: 'call'; readonly of: Expression; readonly given: CallArguments }
  | FilterExpression
  | {
      readonly kind: 'test';
      readonly of: Expression;
      readonly name: string;
      readonly given: CallArguments;
    }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'sign'; readonly sign: '-' | '+'; readonly of: Expression }
  | {
      readonly kind: 'binary';
      readonly operator: BinaryOperator;
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | {
      readonly kind: 'compare';
      readonly first: Expression;
      readonly rest: readonly (readonly [CompareOperator, Expression])[];
    }
  | { readonly kind: 'concat'; readonly parts: readonly Expression[] }
  | {
      readonly kind: 'choice';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression | undefined;
    }
);

/** `a[start:stop:step]`. */
interface SliceExpression {
  readonly kind: 'slice';
  readonly line: number;
  readonly of: Expression;
  readonly bounds: readonly [
    Expression | undefined,
    Expression | undefined,
    Expression | undefined,
  ];
}

/** `of | name(...)`; without `of` it works on what a block made. */
export interface FilterExpression {
  readonly kind: 'filter';
  readonly line: number;
  readonly of: Expression | undefined;
  readonly name: string;
  readonly given: CallArguments;
}

/** What can be assigned to. */
export type Target = { readonly line: number } & (
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'namespace'; readonly name: string; readonly attribute: string }
  | { readonly kind: 'tuple'; readonly items: readonly Target[] }
);

/** Parameters of a macro; the last of them may have defaults. */
export interface MacroSignature {
  readonly parameters: readonly string[];
  readonly defaults: readonly Expression[];
}

/** A loop. */
export interface ForStatement {
  readonly kind: 'for';
  readonly line: number;
  readonly target: Target;
  readonly of: Expression;
  readonly test: Expression | undefined;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
}

/** A condition with its body; `elif` branches follow one another. */
export interface Branch {
  readonly line: number;
  readonly test: Expression;
  readonly body: readonly Statement[];
}

/** A macro, or the body of a `call` block, which is a macro without a name. */
export interface MacroStatement {
  readonly kind: 'macro';
  readonly line: number;
  readonly name: string;
  readonly signature: MacroSignature;
  readonly body: readonly Statement[];
}

/** `{% call(...) f() %}`. */
export interface CallStatement {
  readonly kind: 'call-block';
  readonly line: number;
  readonly call: Extract<Expression, { kind: 'call' }>;
  readonly signature: MacroSignature;
  readonly body: readonly Statement[];
}

/** `{% with a = 1, b = 2 %}`. */
export interface WithStatement {
  readonly kind: 'with';
  readonly line: number;
  readonly targets: readonly Target[];
  readonly values: readonly Expression[];
  readonly body: readonly Statement[];
}

/** `{% set a %}...{% endset %}`. */
export interface SetBlockStatement {
  readonly kind: 'set-block';
  readonly line: number;
  readonly target: Target;
  readonly filter: FilterExpression | undefined;
  readonly body: readonly Statement[];
}

/** `{% block name %}`. */
export interface BlockStatement {
  readonly kind: 'block';
  readonly line: number;
  readonly name: string;
  readonly scoped: boolean;
  readonly required: boolean;
  readonly body: readonly Statement[];
}

/** A piece of a template that does something. */
export type Statement =
  | { readonly kind: 'data'; readonly line: number; readonly text: string }
  | { readonly kind: 'print'; readonly line: number; readonly value: Expression }
  | {
      readonly kind: 'set';
      readonly line: number;
      readonly target: Target;
      readonly value: Expression;
    }
  | SetBlockStatement
  | ForStatement
  | {
      readonly kind: 'if';
      readonly line: number;
      readonly branches: readonly Branch[];
      readonly otherwise: readonly Statement[];
    }
  | MacroStatement
  | CallStatement
  | {
      readonly kind: 'filter-block';
      readonly line: number;
      readonly filter: FilterExpression;
      readonly body: readonly Statement[];
    }
  | WithStatement
  | BlockStatement
  | {
      readonly kind: 'autoescape';
      readonly line: number;
      readonly on: Expression;
      readonly body: readonly Statement[];
    };
