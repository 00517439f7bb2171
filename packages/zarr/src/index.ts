export type { Codec, Sharding, ZarrArray } from './array-metadata.ts';
export {
  type ArrayReport,
  type CheckOptions,
  type Counted,
  checkStore,
  type StoreReport,
} from './check-store.ts';
export type { DataType } from './data-type.ts';
export { ZARR_ERRORS } from './errors.ts';
export type { StoreFile, ZarrSource } from './find-arrays.ts';
