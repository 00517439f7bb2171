import type { CallOptions } from './backend.ts';
import type { ObjectStat, Storage } from './storage.ts';

/**
 * Every object whose key starts with a prefix, page by page. The next page is on its way while one is worked on.
 * @throws what {@link Storage.list} throws
 */
export async function* listObjects(
  storage: Pick<Storage, 'list'>,
  prefix: string,
  options: CallOptions = {},
): AsyncGenerator<readonly ObjectStat[]> {
  let page = await storage.list({ prefix, ...options });
  for (;;) {
    const { next } = page;
    const coming = next === undefined ? undefined : storage.list({ prefix, next, ...options });
    // Whoever stops before asking for it does not hear of it.
    coming?.catch(() => undefined);
    yield page.objects;
    if (coming === undefined) return;
    page = await coming;
  }
}
