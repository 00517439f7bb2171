export { crc32c } from './crc32c.ts';
export { OBJECT_STORE_ERRORS } from './errors.ts';
export {
  clockSkewSeconds,
  errorOfStatus,
  type HttpAnswer,
  type HttpCall,
  HttpClient,
  retryAfterSeconds,
  wholeBody,
} from './http-client.ts';
export { ObjectStorage, type ObjectStorageOptions } from './object-storage.ts';
export type { Pause } from './pause.ts';
export type {
  Checksums,
  Condition,
  Download,
  Identity,
  NamesPage,
  NamesRequest,
  ObjectHead,
  ObjectPort,
  Operation,
  PartedUpload,
  ServiceLimits,
  WriteRequest,
} from './port.ts';
export { isPortError, PortError, type PortErrorKind } from './port-error.ts';
export { MountedAt, TransferConfig } from './transfer-config.ts';
