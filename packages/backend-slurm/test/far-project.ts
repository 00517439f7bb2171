import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBed } from '../../../tools/testbed/slurm/description.ts';
import { until } from '../../../tools/testbed/slurm/execute.ts';
import type { Said, Site } from './site.ts';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');
const CLI = join(ROOT, 'packages', 'cli', 'src', 'bin.ts');
const STAGED_BYTES = 8 * 2 ** 20;

/** A project on this machine whose members run on a site over SSH, and count there how often they were run. */
export class FarProject implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'far-project-'));
  readonly #effects: string;
  readonly #members: number;
  readonly #workdir: string;

  /** `wrongKey`: the host shows another key than the known one. `smallDisk`: files lie on a disk that can be filled. */
  constructor(
    site: Site,
    members: number,
    work: string,
    more: { readonly wrongKey?: true; readonly smallDisk?: true } = {},
  ) {
    const bed = readBed(site.layout);
    const login = bed?.logins[0];
    if (bed === undefined || login === undefined) throw new Error('the bed of the site is down');
    this.#members = members;
    this.#effects = join(bed.home, `effects-${this.folder.slice(-6)}`);
    mkdirSync(join(this.folder, 'node_modules'));
    symlinkSync(
      join(ROOT, 'node_modules', '@orchestrate'),
      join(this.folder, 'node_modules', '@orchestrate'),
    );
    // Something to send that takes a moment.
    writeFileSync(join(this.folder, 'forcing.bin'), Buffer.alloc(STAGED_BYTES, this.folder));
    const { host, user, key, knownHosts, wrongKnownHosts } = login;
    const known = more.wrongKey === true ? wrongKnownHosts : knownHosts;
    const name = this.#effects.split('/').at(-1);
    const disk = more.smallDisk === true ? site.layout.paths.smallScratch : bed.scratch;
    this.#workdir = `${disk}/far-${this.folder.slice(-6)}`;
    const project = [
      'name: far',
      'plugins: ["@orchestrate/backend-slurm"]',
      'backends:',
      '  hpc:',
      '    use: slurm',
      `    ssh: { host: ${host}, user: ${user}, identityFile: ${key}, knownHosts: ${known}, keepAlive: 1s, connectTimeout: 3s }`,
      `    workdir: ${this.#workdir}`,
      '    pollSeconds: 0.5',
      '    queueSeconds: 2',
      '    settleSeconds: 5',
      'flows:',
      '  grow:',
      '    backend: hpc',
      `    matrix: { n: { range: [1, ${members}, 1] } }`,
      '    tasks:',
      '      work:',
      '        run: |',
      `          mkdir -p ~/${name}; echo began >> ~/${name}/{{ n }}`,
      `          ${work}`,
      '          cksum forcing.bin > {{ outputs.sum }}',
      '        outputs: { sum: "sums/{{ n }}" }',
      '',
    ];
    writeFileSync(join(this.folder, 'project.yaml'), project.join('\n'));
  }

  /** Runs a command of ours here. */
  command(words: readonly string[]): Promise<Said> {
    return new Promise((resolve, reject) => {
      const args = ['--conditions=@orchestrate/source', CLI, ...words];
      const child = spawn(process.execPath, args, { cwd: this.folder });
      const said: Buffer[] = [];
      child.stdout.on('data', (piece: Buffer) => said.push(piece));
      child.stderr.on('data', (piece: Buffer) => said.push(piece));
      child.on('error', reject);
      child.on('close', (code) => {
        resolve({ code: code ?? undefined, text: Buffer.concat(said).toString() });
      });
    });
  }

  /** How often each member was begun on the site. */
  effects(): number[] {
    return Array.from({ length: this.#members }, (_, n) => {
      const file = join(this.#effects, String(n + 1));
      return existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean).length : 0;
    });
  }

  /** Resolves when so many members have begun. */
  until(count: number): Promise<void> {
    const begun = () => this.effects().filter((times) => times > 0).length;
    return until(`${count} members begun`, async () => begun() >= count, 120);
  }

  /** Outputs that came home. */
  broughtHome(): number {
    const folder = join(this.folder, 'sums');
    return existsSync(folder) ? readdirSync(folder).length : 0;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
    rmSync(this.#effects, { recursive: true, force: true });
    rmSync(this.#workdir, { recursive: true, force: true });
  }
}
