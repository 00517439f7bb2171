import { type BigIntStats, lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { resolve } from 'node:path';
import { stepError } from '../errors.ts';
import { sayingWhat } from '../system-error.ts';

/** Files up to this size, and no more than so many bytes of one template, are held in memory and written from there. */
const HELD_FILE_BYTES = 65_536;
const HELD_BYTES = 8_388_608;
const MODE_BITS = 0o7777n;

/** A file of a template. */
export interface PlannedFile {
  readonly path: string;
  readonly mode: number;
  /** Seconds since 1970, as Node takes them. */
  readonly time: number;
  /** Its bytes, or `undefined` for one that is copied from the template each time. */
  readonly content: Buffer | undefined;
}

/** Everything in a template, paths from its root with `/`. */
export interface TemplatePlan {
  readonly root: string;
  readonly folders: readonly {
    readonly path: string;
    readonly mode: number;
    readonly time: number;
  }[];
  readonly files: readonly PlannedFile[];
  readonly links: readonly {
    readonly path: string;
    readonly target: string;
    readonly time: number;
  }[];
}

function secondsOf({ mtimeNs }: BigIntStats): number {
  return (Number(mtimeNs / 1_000n) + 0.5) / 1e6;
}

/** What an entry looked like: it changes when a file or folder is changed, replaced or renamed. */
interface Look {
  readonly full: string;
  readonly inode: number;
  readonly size: number;
  readonly changedMs: number;
}

/** A folder looks different once a name in it has come or gone, so what is known need not be listed again. */
function isAsSeen({ full, inode, size, changedMs }: Look): boolean {
  const stat = lstatSync(full, { throwIfNoEntry: false });
  return stat?.ctimeMs === changedMs && stat.ino === inode && stat.size === size;
}

class Planning {
  readonly #root: string;
  readonly folders: { path: string; mode: number; time: number }[] = [];
  readonly files: { path: string; mode: number; time: number; size: number }[] = [];
  readonly links: { path: string; target: string; time: number }[] = [];
  readonly looks: Look[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  add(path: string): void {
    const full = path === '' ? this.#root : `${this.#root}/${path}`;
    const stat = lstatSync(full, { bigint: true });
    const { ino, size, ctimeMs } = lstatSync(full);
    this.looks.push({ full, inode: ino, size, changedMs: ctimeMs });
    const time = secondsOf(stat);
    const mode = Number(stat.mode & MODE_BITS);
    if (stat.isSymbolicLink() && path !== '')
      this.links.push({ path, target: readlinkSync(full), time });
    else if (stat.isFile() && path !== '')
      this.files.push({ path, mode, time, size: Number(stat.size) });
    else if (stat.isDirectory()) {
      this.folders.push({ path, mode, time });
      for (const name of readdirSync(full)) this.add(path === '' ? name : `${path}/${name}`);
    } else
      throw stepError(
        'STEP_PATH',
        `${full} of the template is neither a file nor a folder nor a link.`,
        {
          details: { path: full },
        },
      );
  }

  plan(): TemplatePlan {
    let held = 0;
    const files = this.files.map(({ size, ...file }): PlannedFile => {
      const isHeld = size <= HELD_FILE_BYTES && held + size <= HELD_BYTES;
      if (isHeld) held += size;
      const content = isHeld ? readFileSync(`${this.#root}/${file.path}`) : undefined;
      return { ...file, content };
    });
    return { root: this.#root, folders: this.folders, files, links: this.links };
  }
}

const plans = new Map<string, { readonly looks: readonly Look[]; readonly plan: TemplatePlan }>();
const MOST_PLANS = 16;

/**
 * What a template holds. It is looked at every time, but read again only when something in it was changed.
 * @throws STEP_PATH when it is not a folder, or holds something that cannot be copied
 */
export function planTemplate(template: string): TemplatePlan {
  const root = resolve(template);
  return sayingWhat('read the template', root, () => {
    const known = plans.get(root);
    if (known?.looks.every(isAsSeen) === true) return known.plan;
    const planning = new Planning(root);
    planning.add('');
    const plan = planning.plan();
    if (plans.size >= MOST_PLANS) plans.clear();
    plans.set(root, { looks: planning.looks, plan });
    return plan;
  });
}
