import type { ParameterConfig } from '@orchestrate/core';

/** Names of parameters that are known without reading a file. */
export function parameterNames(config: ParameterConfig): string[] {
  const axes = [
    ...(config.matrix ?? []),
    ...(config.range ?? []),
    ...(config.zip ?? []),
    ...(config.parameters?.axes ?? []),
  ];
  return [
    ...Object.keys(config.parameters?.fixed ?? {}),
    ...axes.flatMap((axis) => axis.columns.map(({ name }) => name)),
  ];
}
