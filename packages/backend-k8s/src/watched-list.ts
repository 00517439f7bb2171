import { setTimeout as pause } from 'node:timers/promises';
import type { Clock, Logger, Random } from '@orchestrate/core';
import { type ApiClient, ApiRefusal } from './api-client.ts';
import type { ListOf, Thing } from './objects.ts';

/** What a list is kept with. */
export interface WatchParts {
  readonly api: ApiClient;
  readonly path: string;
  readonly selector: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Label by which things belong together. Default: each belongs to itself. */
  readonly groupBy?: string;
  /** Told the groups of what has changed, appeared or gone. */
  readonly onChange: (groups: readonly string[]) => void;
}

interface WatchEvent<T> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  readonly object: T & { readonly code?: number };
}

const PAGE = 500;
/** The server ends a watch after so many seconds, and is asked for the next one. */
const WATCH_SECONDS = 300;
/** With bookmarks a watch that says nothing for so long has lost its connection. */
const SILENCE_MS = 120_000;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * Objects of one kind as they are on the server, kept up to date by one watch: listed once, then followed from where the
 * list was, with bookmarks, and listed anew when the server no longer has what came in between (410 Gone).
 */
export class WatchedList<T extends Thing> implements Disposable {
  readonly items = new Map<string, T>();
  readonly #groups = new Map<string, Set<string>>();
  readonly #parts: WatchParts;
  readonly #stop = new AbortController();
  #version = '';
  #first: Promise<void> | undefined;
  #failure: unknown;

  constructor(parts: WatchParts) {
    this.#parts = parts;
  }

  /** Why nothing new is heard at present; `undefined` while the watch stands. */
  get failure(): unknown {
    return this.#failure;
  }

  /** What belongs together. */
  ofGroup(group: string): T[] {
    return [...(this.#groups.get(group) ?? [])].flatMap((name) => this.items.get(name) ?? []);
  }

  #groupOf({ metadata }: T): string {
    const { groupBy } = this.#parts;
    return groupBy === undefined ? metadata.name : (metadata.labels?.[groupBy] ?? '');
  }

  #keep(item: T): string {
    const { name } = item.metadata;
    const group = this.#groupOf(item);
    this.items.set(name, item);
    const members = this.#groups.get(group) ?? new Set();
    this.#groups.set(group, members.add(name));
    return group;
  }

  #drop(item: T): string {
    const { name } = item.metadata;
    const group = this.#groupOf(item);
    this.items.delete(name);
    const members = this.#groups.get(group);
    members?.delete(name);
    if (members?.size === 0) this.#groups.delete(group);
    return group;
  }

  /** Resolves once the list is there. @throws what the API server answers to the first call */
  ready(): Promise<void> {
    this.#first ??= this.#list().then(() => void this.#follow());
    // What went wrong the first time is tried again by the next who asks.
    return this.#first.catch((error: unknown) => {
      this.#first = undefined;
      throw error;
    });
  }

  /** Lists anew, for those who must know that something is not there. */
  async refresh(signal?: AbortSignal): Promise<void> {
    await this.ready();
    await this.#list(signal, false);
  }

  [Symbol.dispose](): void {
    this.#stop.abort();
  }

  async #list(signal = this.#stop.signal, isFollowed = true): Promise<void> {
    const { api, path, selector, onChange } = this.#parts;
    const found = new Map<string, T>();
    let more: string | undefined;
    let version = '';
    do {
      const query = { labelSelector: selector, limit: PAGE, continue: more };
      const list: ListOf<T> = await api.call('GET', path, { query, signal });
      for (const item of list.items) found.set(item.metadata.name, item);
      version = list.metadata.resourceVersion;
      more = list.metadata.continue === '' ? undefined : list.metadata.continue;
    } while (more !== undefined);
    const changed: string[] = [];
    for (const item of found.values()) if (this.#isNews(item)) changed.push(this.#keep(item));
    if (isFollowed) {
      for (const [name, item] of this.items) if (!found.has(name)) changed.push(this.#drop(item));
      this.#version = version;
    }
    if (changed.length > 0) onChange(changed);
  }

  #isNews(item: T): boolean {
    const known = this.items.get(item.metadata.name)?.metadata.resourceVersion;
    return known === undefined || Number(item.metadata.resourceVersion) > Number(known);
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const { log, random, path } = this.#parts;
    let failures = 0;
    while (!signal.aborted) {
      try {
        if (this.#version === '') await this.#list();
        await this.#watch();
        this.#failure = undefined;
        failures = 0;
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ApiRefusal && error.status === 410) {
          this.#version = '';
          continue;
        }
        this.#failure = error;
        failures += 1;
        log.debug({ err: error, path }, 'a watch ended');
        const most = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 8));
        await pause(most * (0.5 + random() / 2), undefined, { signal, ref: false }).catch(() => {});
      }
    }
  }

  async #watch(): Promise<void> {
    const { api, path, selector, onChange } = this.#parts;
    using silence = new Silence(this.#stop.signal, SILENCE_MS);
    const query = {
      watch: true,
      labelSelector: selector,
      resourceVersion: this.#version,
      allowWatchBookmarks: true,
      timeoutSeconds: WATCH_SECONDS,
    };
    let rest = '';
    const decoder = new TextDecoder();
    for await (const piece of api.stream(path, { query, signal: silence.signal })) {
      silence.broken();
      this.#failure = undefined;
      const lines = (rest + decoder.decode(piece, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      const changed = lines.flatMap((line) => this.#take(JSON.parse(line) as WatchEvent<T>));
      if (changed.length > 0) onChange(changed);
    }
  }

  #take({ type, object }: WatchEvent<T>): string[] {
    if (type === 'ERROR') throw new ApiRefusal(object.code ?? 500, 'Watch', 'the watch broke off');
    const { resourceVersion = '' } = object.metadata;
    this.#version = resourceVersion;
    if (type === 'BOOKMARK') return [];
    return [type === 'DELETED' ? this.#drop(object) : this.#keep(object)];
  }
}

/** Gives up a connection over which nothing has come for a while. */
class Silence implements Disposable {
  readonly #control = new AbortController();
  readonly #milliseconds: number;
  readonly signal: AbortSignal;
  #timer: NodeJS.Timeout | undefined;

  constructor(outer: AbortSignal, milliseconds: number) {
    this.#milliseconds = milliseconds;
    this.signal = AbortSignal.any([outer, this.#control.signal]);
    this.broken();
  }

  /** Something has come. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#control.abort(), this.#milliseconds).unref();
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
    this.#control.abort();
  }
}
