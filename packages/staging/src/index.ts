export { type BroughtFolder, bringFolder } from './bring-folder.ts';
export { bringInput } from './bring-input.ts';
export { STAGING_ERRORS } from './errors.ts';
export { type Brought, type CachedSource, type CacheOptions, InputCache } from './input-cache.ts';
export type {
  StagedCall,
  StagedInput,
  StagedOutput,
  StagedStorage,
} from './job/staged-call.ts';
export {
  MANIFEST_NAME,
  type Maker,
  type Manifest,
  type ManifestEntry,
  type ManifestHeader,
} from './manifest.ts';
export { type Publication, type PublishedFolder, publishFolder } from './publish-folder.ts';
export {
  type FolderFile,
  filesOfFolder,
  findHeader,
  findManifest,
  incomplete,
  listFolder,
  type StoredFolder,
} from './stored-folder.ts';
