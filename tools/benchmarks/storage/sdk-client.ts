/** The vendors' own ways to move a large file, each the one named by `way`. The benchmark takes whichever is fastest. */
import { BlobServiceClient } from '@azure/storage-blob';
import { Storage, TransferManager } from '@google-cloud/storage';
import type { Bed, Service } from './bed.ts';
import type { Client } from './client.ts';

const MEBIBYTE = 1024 * 1024;

/** Ways of sending and fetching, by service. */
export const SDK_WAYS: Readonly<Record<Service, readonly string[]>> = {
  gcs: ['single', 'resumable', 'chunks'],
  azure: ['4x8', '8x4', '4x32', 'single'],
};

function gcsClient(bed: Bed, way: string): Client {
  const storage = new Storage({ apiEndpoint: bed.endpoint, projectId: 'bench' });
  const bucket = storage.bucket(bed.container);
  const manager = new TransferManager(bucket);
  return {
    putLarge: async (path, name) => {
      if (way === 'chunks') await manager.uploadFileInChunks(path, { uploadName: name });
      else await bucket.upload(path, { destination: name, resumable: way === 'resumable' });
    },
    getLarge: async (name, path) => {
      if (way === 'chunks') await manager.downloadFileInChunks(name, { destination: path });
      else await bucket.file(name).download({ destination: path });
    },
    put: async (path, name) =>
      void (await bucket.upload(path, { destination: name, resumable: false })),
    get: async (name, path) => void (await bucket.file(name).download({ destination: path })),
    count: async (prefix) => (await bucket.getFiles({ prefix }))[0].length,
    close: async () => undefined,
  };
}

function azureClient(bed: Bed, way: string): Client {
  const container = BlobServiceClient.fromConnectionString(bed.connection).getContainerClient(
    bed.container,
  );
  const [concurrency = 1, size = 8] = way === 'single' ? [] : way.split('x').map(Number);
  const blockSize = size * MEBIBYTE;
  return {
    putLarge: async (path, name) => {
      await container
        .getBlockBlobClient(name)
        .uploadFile(path, { blockSize, concurrency, maxSingleShotSize: 0 });
    },
    getLarge: async (name, path) => {
      const blob = container.getBlockBlobClient(name);
      if (way === 'single') await blob.downloadToFile(path);
      else {
        const { writeFile } = await import('node:fs/promises');
        await writeFile(
          path,
          await blob.downloadToBuffer(0, undefined, { blockSize, concurrency }),
        );
      }
    },
    put: async (path, name) => void (await container.getBlockBlobClient(name).uploadFile(path)),
    get: async (name, path) => void (await container.getBlockBlobClient(name).downloadToFile(path)),
    count: async (prefix) => {
      let count = 0;
      for await (const page of container.listBlobsFlat({ prefix }).byPage())
        count += page.segment.blobItems.length;
      return count;
    },
    close: async () => undefined,
  };
}

/** A client of the vendor's library. */
export function sdkClient(service: Service, bed: Bed, way: string): Client {
  return service === 'gcs' ? gcsClient(bed, way) : azureClient(bed, way);
}
