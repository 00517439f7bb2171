import { errorsOf } from '@orchestrate/core';

/** Errors of reading Zarr stores. */
export const ZARR_ERRORS = {
  ZARR_METADATA: {
    retry: 'never',
    hint: 'Write the metadata of the store again; the message says which file, and what is wrong in it.',
  },
} as const;

/** Makes the errors of {@link ZARR_ERRORS}. */
export const zarrError = errorsOf(ZARR_ERRORS);
