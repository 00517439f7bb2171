import { localId } from './crate-ids.ts';
import type { Entity } from './crate-types.ts';
import type { RunFacts } from './run-facts.ts';
import type { UsedPlugin } from './software.ts';

/** The language project files are written in. */
export const LANGUAGE: Entity = {
  '@id': '#language',
  '@type': 'ComputerLanguage',
  name: 'Orchestrate',
  description: 'Project files of Orchestrate.',
};

const NOT_KEPT = 'As installed when the record was made; the journal of the run does not keep it.';

/** Entries of one package are one program. */
function packagesOf(plugins: readonly UsedPlugin[]): readonly UsedPlugin[][] {
  const packages = new Map<string, UsedPlugin[]>();
  for (const plugin of plugins) {
    const known = packages.get(plugin.package);
    if (known === undefined) packages.set(plugin.package, [plugin]);
    else known.push(plugin);
  }
  return [...packages.values()];
}

/** The URI of a package: https://github.com/package-url/purl-spec. A file of the project has none. */
function packageUri(name: string, version: string | undefined): string {
  if (name.startsWith('.')) return localId('plugin', name);
  const at = version === undefined ? '' : `@${encodeURIComponent(version)}`;
  return `pkg:npm/${name.split('/').map(encodeURIComponent).join('/')}${at}`;
}

function pluginEntity(plugins: readonly UsedPlugin[]): Entity {
  const [first] = plugins;
  const kinds = plugins.map(({ kind, name }) => `${kind} ${name}`).join(', ');
  return {
    '@id': packageUri(first?.package ?? '', first?.version),
    '@type': 'SoftwareApplication',
    name: first?.package,
    ...(first?.version === undefined ? {} : { softwareVersion: first.version }),
    description: `Plugin of Orchestrate: ${kinds}. ${NOT_KEPT}`,
  };
}

/** The programs a run needed: Orchestrate as the journal has it, Node and plugins as they are now. */
export function softwareEntities({ head, software }: RunFacts): readonly Entity[] {
  return [
    {
      '@id': packageUri('@orchestrate/cli', head.version),
      '@type': 'SoftwareApplication',
      name: 'Orchestrate',
      softwareVersion: head.version,
      description: 'The program that began the run.',
    },
    {
      '@id': `https://nodejs.org/dist/v${software.node}/`,
      '@type': 'SoftwareApplication',
      name: 'Node.js',
      softwareVersion: software.node,
      description: NOT_KEPT,
      url: 'https://nodejs.org/',
    },
    ...packagesOf(software.plugins).map(pluginEntity),
  ];
}
