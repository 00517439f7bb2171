import { type JsonObject, parseAddress } from '@orchestrate/core';
import type { Checking } from './check-config.ts';
import { checkName } from './check-flows.ts';
import { hasProvider } from './check-providers.ts';
import type { RecordSettings } from './loaded-project.ts';
import { type ProjectFile, Records } from './project-schema.ts';

/** The settings of `records:`, where the storage they name is known. */
export function checkRecords(
  checking: Checking,
  written: ProjectFile['records'],
  storages: JsonObject,
): RecordSettings | undefined {
  if (written === undefined) return undefined;
  const { to, digests, license } =
    typeof written === 'string' ? Records.parse({ to: written }) : written;
  const { storage } = parseAddress(to);
  if (!hasProvider(checking, 'storage', storages, storage)) {
    const path = typeof written === 'string' ? ['records'] : ['records', 'to'];
    checkName(checking, path, storage, Object.keys(storages), 'storage');
  }
  const digestBytes = digests === true ? Number.POSITIVE_INFINITY : Number(digests);
  return { to, digestBytes, ...(license === undefined ? {} : { license }) };
}
