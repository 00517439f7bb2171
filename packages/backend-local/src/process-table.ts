import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** One process of this machine. */
export interface ProcessRow {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Session on Linux; on macOS, which does not tell, the same as `group`. */
  readonly session: number;
  readonly residentBytes: number;
  /** Changes when a number is used again for another process; holds the boot, so it is never equal across restarts. */
  readonly startMark: string;
}

/** What the system knows of processes. Ended ones that nobody has waited for do not count. */
export interface ProcessTable {
  rows(): readonly ProcessRow[];
  row(pid: number): ProcessRow | undefined;
  /** Processor seconds of the children a process has waited for; `undefined` where that is not told. */
  childCpuSeconds(pid: number): number | undefined;
  /** Resident memory with shared pages counted once, where the system tells. */
  proportionalBytes(pid: number): number | undefined;
  /** How often the kernel has killed for want of memory since boot, where it tells. */
  memoryKills(): number | undefined;
  /** How many processes of the control group that a process is in the kernel has killed for want of memory, where it tells. */
  groupMemoryKills(pid: number): number | undefined;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const TICKS_PER_SECOND = 100;

/** Bytes of a page, found by reading our own size in both units; a power of two. */
function pageBytes(): number {
  const pages = Number(readText('/proc/self/statm')?.split(' ')[1] ?? 0);
  if (pages === 0) return 4096;
  return 2 ** Math.round(Math.log2(process.memoryUsage.rss() / pages));
}

/** Reads `/proc` of Linux. */
class LinuxProcessTable implements ProcessTable {
  readonly #boot = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';
  readonly #pageBytes = pageBytes();

  /** Fields of `/proc/<pid>/stat` from the third on; the second may hold blanks and parentheses. */
  #fields(pid: number): string[] | undefined {
    const text = readText(`/proc/${pid}/stat`);
    return text?.slice(text.lastIndexOf(')') + 2).split(' ');
  }

  row(pid: number): ProcessRow | undefined {
    const fields = this.#fields(pid);
    if (fields === undefined || fields[0] === 'Z' || fields[0] === 'X') return undefined;
    return {
      pid,
      parent: Number(fields[1]),
      group: Number(fields[2]),
      session: Number(fields[3]),
      residentBytes: Number(fields[21]) * this.#pageBytes,
      startMark: `${this.#boot}:${fields[19] ?? ''}`,
    };
  }

  rows(): readonly ProcessRow[] {
    return readdirSync('/proc').flatMap((name) => {
      const pid = Number(name);
      const row = Number.isInteger(pid) ? this.row(pid) : undefined;
      return row === undefined ? [] : [row];
    });
  }

  childCpuSeconds(pid: number): number | undefined {
    const fields = this.#fields(pid);
    if (fields === undefined) return undefined;
    return (Number(fields[13]) + Number(fields[14])) / TICKS_PER_SECOND;
  }

  proportionalBytes(pid: number): number | undefined {
    const match = /^Pss:\s+(\d+) kB/m.exec(readText(`/proc/${pid}/smaps_rollup`) ?? '');
    return match === null ? undefined : Number(match[1]) * 1024;
  }

  memoryKills(): number | undefined {
    const match = /^oom_kill (\d+)$/m.exec(readText('/proc/vmstat') ?? '');
    return match === null ? undefined : Number(match[1]);
  }

  groupMemoryKills(pid: number): number | undefined {
    const groups = (readText(`/proc/${pid}/cgroup`) ?? '').split('\n').map((line) => {
      const [, controllers = '', ...path] = line.split(':');
      return { controllers: controllers.split(','), path: path.join(':') };
    });
    const old = groups.find(({ controllers }) => controllers.includes('memory'));
    const text =
      old === undefined
        ? readText(`/sys/fs/cgroup${groups[0]?.path ?? ''}/memory.events`)
        : readText(`/sys/fs/cgroup/memory${old.path}/memory.oom_control`);
    const match = /^oom_kill (\d+)$/m.exec(text ?? '');
    return match === null ? undefined : Number(match[1]);
  }
}

/** Reads one line of `ps -o pid=,ppid=,pgid=,stat=,rss=,lstart=`; `undefined` for ended processes and other text. */
export function parsePsLine(line: string): ProcessRow | undefined {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\d+)\s+(\S.*?)\s*$/.exec(line);
  if (match === null || match[4]?.startsWith('Z') === true) return undefined;
  return {
    pid: Number(match[1]),
    parent: Number(match[2]),
    group: Number(match[3]),
    session: Number(match[3]),
    residentBytes: Number(match[5]) * 1024,
    startMark: match[6] ?? '',
  };
}

/** Asks `ps`, for macOS and other systems without `/proc`. A start is known to the second, with its date. */
class PsProcessTable implements ProcessTable {
  #ask(selection: readonly string[]): readonly ProcessRow[] {
    try {
      const options = [...selection, '-o', 'pid=,ppid=,pgid=,stat=,rss=,lstart='];
      const text = execFileSync('ps', options, {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        env: { PATH: '/usr/bin:/bin', LC_ALL: 'C' },
        maxBuffer: 64 * 1024 * 1024,
      });
      return text.split('\n').flatMap((line) => parsePsLine(line) ?? []);
    } catch {
      return [];
    }
  }

  rows(): readonly ProcessRow[] {
    return this.#ask(['-A']);
  }

  row(pid: number): ProcessRow | undefined {
    return this.#ask(['-p', String(pid)])[0];
  }

  childCpuSeconds(): undefined {
    return undefined;
  }

  proportionalBytes(): undefined {
    return undefined;
  }

  memoryKills(): undefined {
    return undefined;
  }

  groupMemoryKills(): undefined {
    return undefined;
  }
}

/** The process table of this system. */
export function openProcessTable(platform: NodeJS.Platform): ProcessTable {
  return platform === 'linux' ? new LinuxProcessTable() : new PsProcessTable();
}
