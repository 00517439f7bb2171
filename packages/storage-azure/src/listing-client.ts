import type { HttpOperationResponse, IHttpClient, WebResource } from '@azure/storage-blob';
import { HttpClient, wholeBody } from '@orchestrate/object-store';
import { type ListedText, readListing } from './listing-text.ts';

/** The header by which a request and what came of it are told from others. */
const REQUEST_ID = 'x-ms-client-request-id';

/** What the vendor's library reads in the place of a page, which has been read already. */
function emptyPage(next: string): string {
  const marker = next.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs/><NextMarker>${marker}</NextMarker></EnumerationResults>`;
}

/**
 * Sends the requests for listings that the vendor's library has made and signed, and reads the pages itself; the library gets
 * empty ones, and whoever asked it takes what was read by the id of the request.
 */
export class ListingClient implements IHttpClient {
  readonly #read = new Map<string, ListedText>();
  #http: HttpClient | undefined;

  /** The page that came with the answer to a request; once. */
  take(requestId: string): ListedText | undefined {
    const page = this.#read.get(requestId);
    this.#read.delete(requestId);
    return page;
  }

  async sendRequest(request: WebResource): Promise<HttpOperationResponse> {
    const url = new URL(request.url);
    this.#http ??= new HttpClient(url);
    const signal = request.abortSignal as AbortSignal | undefined;
    const answer = await this.#http.send({
      method: request.method,
      url,
      headers: request.headers.rawHeaders(),
      signal,
    });
    let text = (await wholeBody(answer)).toString();
    if (answer.status === 200) {
      const page = readListing(text);
      this.#read.set(request.requestId, page);
      text = emptyPage(page.next);
    }
    const headers = request.headers.clone();
    for (const name of headers.headerNames()) headers.remove(name);
    for (const [name, value] of Object.entries(answer.headers))
      if (typeof value === 'string') headers.set(name, value);
    // Its own, whatever the service repeats.
    headers.set(REQUEST_ID, request.requestId);
    headers.set('content-type', 'application/xml');
    return { request, status: answer.status, headers, bodyAsText: text };
  }

  [Symbol.dispose](): void {
    this.#http?.[Symbol.dispose]();
  }
}
