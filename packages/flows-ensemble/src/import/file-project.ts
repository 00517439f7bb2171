import { flowNames, stemOf } from './flow-names.ts';
import type { ImportSetting } from './import-setting.ts';
import { yamlString } from './yaml-text.ts';

/** A project that runs a configuration of model-ensembler as it is. */
export function fileProject(file: string, { launch, pickup }: ImportSetting): string {
  const [name = 'ensemble'] = flowNames([stemOf(file)]);
  return [
    `# Runs ${file} as it is.`,
    `name: ${name}`,
    'plugins: ["@orchestrate/flows-ensemble"]',
    '',
    'flows:',
    `  ${name}:`,
    '    use: ensemble',
    '    with:',
    `      file: ${yamlString(file)}`,
    ...(launch === undefined || launch === '.' ? [] : [`      launch: ${yamlString(launch)}`]),
    ...(pickup === true ? ['      pickup: true # folders of runs are there already'] : []),
    '',
  ].join('\n');
}
