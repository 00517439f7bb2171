import { type Finding, listFiles, type Report, readText } from './tree.ts';

/** An absolute path below somebody's home or checkout: nothing that another machine has. */
const MACHINE_PATH = /(?<![\w.~$})\]>*-])\/(?:work|root|home\/[\w.-]+|Users\/[\w.-]+)\/[\w.-]*/g;

/** The host of a package registry: installs must work against whichever one the user has set. */
const REGISTRY_HOST =
  /\bregistry\.(?:npmjs|yarnpkg|npmmirror)\b|\/\/[\w.-]*(?:registry|verdaccio|artifactory|nexus)[\w-]*\.[\w.-]+|"resolved": "https?:[^"]*/g;

const BINARY = /\.(png|jpe?g|gif|ico|gz|tgz|zip|nc|npy|db|woff2?)$/;

function find(text: string, pattern: RegExp, what: string): string[] {
  return [...text.matchAll(pattern)].map(([match]) => `${what}: ${match}`);
}

/** Checks that no file carries a path of one machine or the host of a registry. */
export function checkTraces(root: string): Report {
  const files = listFiles(root).filter((file) => !BINARY.test(file));
  const findings = files.flatMap((file): Finding[] => {
    const text = readText(root, file);
    const messages = [
      ...find(text, MACHINE_PATH, 'path of one machine'),
      ...find(text, REGISTRY_HOST, 'registry host'),
    ];
    return messages.map((message) => ({ file, message }));
  });
  return { looked: files.length, findings };
}
