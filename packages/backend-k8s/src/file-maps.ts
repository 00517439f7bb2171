import { createHash } from 'node:crypto';
import { globSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, join, sep } from 'node:path';
import { confinePath } from '@orchestrate/core';
import { k8sError } from './errors.ts';

/** A ConfigMap takes a mebibyte. */
const MOST_BYTES = 1_000_000;
const KEY = /^[-._a-zA-Z0-9]+$/;

/** What goes into a ConfigMap. Texts are there as texts, so that people can read them. */
export interface Contents {
  readonly data: Readonly<Record<string, string>>;
  readonly binaryData: Readonly<Record<string, string>>;
}

/** Contents by their keys, as a ConfigMap holds them. */
export function contentsOf(files: ReadonlyMap<string, Uint8Array>): Contents {
  const data: Record<string, string> = {};
  const binaryData: Record<string, string> = {};
  for (const [key, content] of files) {
    const bytes = Buffer.from(content);
    const text = bytes.toString();
    if (!text.includes('\0') && Buffer.from(text).equals(bytes)) data[key] = text;
    else binaryData[key] = bytes.toString('base64');
  }
  return { data, binaryData };
}

/** A volume of files of the project. */
export interface FileMap {
  /** Name of the volume. */
  readonly volume: string;
  readonly digest: string;
  readonly contents: Contents;
}

function refuse(volume: string, why: string): Error {
  const message = `the files of the volume ${volume}: ${why}`;
  return k8sError('K8S_CONFIG', message, { details: { volume, clean: true } });
}

function read(volume: string, patterns: readonly string[], project: string): FileMap {
  const found = new Map<string, Uint8Array>();
  const hash = createHash('sha256');
  let bytes = 0;
  for (const pattern of patterns) {
    const paths = globSync(confinePath(pattern), { cwd: project }).toSorted();
    const files = paths.filter((path) => statSync(join(project, path)).isFile());
    if (files.length === 0) throw refuse(volume, `there is none called ${pattern}`);
    for (const path of files) {
      const key = basename(path);
      if (!KEY.test(key)) throw refuse(volume, `expected letters, digits and -._ , got ${key}`);
      if (found.has(key)) throw refuse(volume, `two of them are called ${key}`);
      const real = realpathSync(join(project, path));
      if (!real.startsWith(realpathSync(project) + sep))
        throw refuse(volume, `${path} leads out of the folder of the project`);
      const content = readFileSync(real);
      bytes += content.length;
      found.set(key, content);
      hash.update(`${key}\0${content.length}\0`).update(content);
    }
  }
  if (bytes > MOST_BYTES)
    throw refuse(volume, `expected at most ${MOST_BYTES} bytes together, got ${bytes}`);
  return { volume, digest: hash.digest('hex').slice(0, 10), contents: contentsOf(found) };
}

/**
 * Volumes that are made of files of the project.
 * @param project absolute path of its folder
 * @throws K8S_CONFIG, PATH_*
 */
export function fileMapsOf(
  volumes: Readonly<Record<string, { readonly files?: readonly string[] | undefined }>>,
  project: string,
): readonly FileMap[] {
  return Object.entries(volumes).flatMap(([volume, { files }]) =>
    files === undefined ? [] : [read(volume, files, project)],
  );
}
