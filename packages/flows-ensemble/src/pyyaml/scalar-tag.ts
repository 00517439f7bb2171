/** What a scalar is, by the last part of its YAML 1.1 tag. */
export type ScalarTag =
  | 'null'
  | 'bool'
  | 'int'
  | 'float'
  | 'timestamp'
  | 'merge'
  | 'value'
  | 'str'
  | 'binary';

type Resolver = readonly [tag: ScalarTag, pattern: RegExp];

/**
 * What PyYAML 6 takes an untagged plain scalar for; the first that fits. These are the patterns of YAML 1.1's type
 * repository with PyYAML's own narrowings: an exponent needs a sign and a point before it, `y` and `n` are texts.
 */
const RESOLVERS: readonly Resolver[] = [
  ['bool', /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/],
  ['float', /^[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?$/],
  ['float', /^\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?$/],
  ['float', /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/],
  ['float', /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/],
  ['int', /^[-+]?(?:0b[01_]+|0[0-7_]+|0|[1-9][0-9_]*|0x[0-9a-fA-F_]+)$/],
  ['int', /^[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+$/],
  ['merge', /^<<$/],
  ['null', /^(?:~|null|Null|NULL|)$/],
  ['timestamp', /^[0-9]{4}-[0-9]{2}-[0-9]{2}$/],
  [
    'timestamp',
    /^[0-9]{4}-[0-9][0-9]?-[0-9][0-9]?(?:[Tt]|[ \t]+)[0-9][0-9]?:[0-9]{2}:[0-9]{2}(?:\.[0-9]*)?(?:[ \t]*(?:Z|[-+][0-9][0-9]?(?::[0-9]{2})?))?$/,
  ],
  ['value', /^=$/],
];

/** The tag PyYAML gives a plain scalar that has none. */
export function plainTag(text: string): ScalarTag {
  return RESOLVERS.find(([, pattern]) => pattern.test(text))?.[0] ?? 'str';
}
