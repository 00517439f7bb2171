import type { BigIntStats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { stepError } from '../errors.ts';
import { PathFilter } from '../filter/path-filter.ts';
import type { ManifestEntry } from '../manifest/manifest.ts';
import { digestOf } from '../move/digest.ts';
import { throwIfStopped } from '../stopped.ts';
import { sayingWhatAsync } from '../system-error.ts';

/** What was found in a folder that is to be removed. */
export interface Account {
  /** Regular files. */
  files: number;
  bytes: number;
  /** Paths of files and links that the manifest lists and that are as it says. */
  readonly listed: string[];
  /** Folders, those that hold others first. */
  readonly folders: string[];
  /** What stands against the removal, a line each. */
  readonly problems: string[];
}

/** What a removal is judged by. */
export interface Judgement {
  /** `undefined`: everything may go. */
  readonly manifest: ReadonlyMap<string, ManifestEntry> | undefined;
  readonly disposable: readonly string[];
  /** Whether files that the manifest does not list are no problem, because they stay. */
  readonly othersStay: boolean;
  readonly signal: AbortSignal;
}

/** Goes through a folder and takes account of everything in it. Links are not followed. */
class Accounting {
  readonly #root: string;
  readonly #judgement: Judgement;
  readonly #needed: PathFilter;
  readonly account: Account = { files: 0, bytes: 0, listed: [], folders: [], problems: [] };
  #device = 0n;

  constructor(root: string, judgement: Judgement) {
    this.#root = root;
    this.#judgement = judgement;
    this.#needed = new PathFilter([], judgement.disposable);
  }

  async begin(): Promise<void> {
    this.#device = (await lstat(this.#root, { bigint: true })).dev;
    await this.#folder('', false);
  }

  async #folder(path: string, isDisposable: boolean): Promise<void> {
    throwIfStopped(this.#judgement.signal);
    const full = this.#full(path);
    this.account.folders.push(path);
    for (const name of await sayingWhatAsync('list', full, () => readdir(full))) {
      const inner = path === '' ? name : `${path}/${name}`;
      const stat = await sayingWhatAsync('look at', this.#full(inner), () =>
        lstat(this.#full(inner), { bigint: true }),
      );
      const goes = isDisposable || !this.#needed.takes(inner, stat.isDirectory());
      if (stat.isDirectory()) await this.#enter(inner, stat, goes);
      else if (stat.isFile()) await this.#file(inner, stat, goes);
      else await this.#other(inner, stat);
    }
  }

  async #enter(path: string, stat: BigIntStats, isDisposable: boolean): Promise<void> {
    if (stat.dev === this.#device) return this.#folder(path, isDisposable);
    throw stepError('STEP_PATH', `${this.#full(path)} is on another disk, so nothing is removed.`, {
      details: { path: this.#full(path) },
    });
  }

  async #file(path: string, stat: BigIntStats, isDisposable: boolean): Promise<void> {
    const { manifest, othersStay } = this.#judgement;
    const entry = manifest?.get(path);
    const isListed = entry?.type === 'file' && (await this.#isSame(path, stat, entry));
    if (!isListed && othersStay && entry === undefined) return;
    this.account.files += 1;
    this.account.bytes += Number(stat.size);
    if (isListed) this.account.listed.push(path);
    else if (manifest !== undefined && (othersStay || !isDisposable)) {
      const why = entry === undefined ? 'is not in the manifest' : 'is not as the manifest says';
      this.account.problems.push(`${path} ${why}`);
    }
  }

  async #isSame(
    path: string,
    stat: BigIntStats,
    entry: ManifestEntry & { readonly type: 'file' },
  ): Promise<boolean> {
    if (Number(stat.size) !== entry.size) return false;
    if (String(stat.mtimeNs) === entry.mtimeNs) return true;
    const full = this.#full(path);
    return sayingWhatAsync(
      'read',
      full,
      async () => (await digestOf(full, this.#judgement.signal)) === entry.sha256,
    );
  }

  /** Links hold no data; one that the manifest lists is removed with what it lists. */
  async #other(path: string, stat: BigIntStats): Promise<void> {
    const entry = this.#judgement.manifest?.get(path);
    if (!stat.isSymbolicLink() || entry?.type !== 'link') return;
    if ((await readlink(this.#full(path))) === entry.target) this.account.listed.push(path);
  }

  #full(path: string): string {
    return path === '' ? this.#root : `${this.#root}/${path}`;
  }
}

const NAMED = 5;

/**
 * Takes account of a folder that is to be removed.
 * @throws STEP_UNVERIFIED that names the first files which stand against it
 */
export async function accountFor(root: string, judgement: Judgement): Promise<Account> {
  const accounting = new Accounting(root, judgement);
  await sayingWhatAsync('look at', root, () => accounting.begin());
  const { account } = accounting;
  const { problems } = account;
  if (problems.length === 0) return account;
  const more = problems.length > NAMED ? `; and ${problems.length - NAMED} more` : '';
  const named = problems.slice(0, NAMED);
  throw stepError(
    'STEP_UNVERIFIED',
    `Nothing in ${root} was removed: ${named.join('; ')}${more}.`,
    { details: { path: root, problems: problems.length, first: named } },
  );
}
