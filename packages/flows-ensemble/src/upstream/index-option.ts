/**
 * What `-i 0,2` has meant: up to 0.5.3 and by its help text it selects runs; from 0.5.4 on upstream leaves those runs out.
 * Here it selects. To be shown whenever it is used.
 */
export const INDEX_OPTION_WARNING = {
  kind: 'index-option',
  message: '`-i` runs only the runs named; model-ensembler from 0.5.4 on leaves them out instead',
  hint: 'check that the selection is the one you mean',
} as const;
