import { Readable } from 'node:stream';
import type { Link } from './link.ts';
import { OWN_COMMAND, startOwn } from './own-channel.ts';

/** Ends what a process has started, but not itself: politely, and what is left a second later by force. */
const KILL = (pid: number) => `list=$(ps -A -o pid= -o ppid= | awk -v root=${pid} '
  { parent[$1] = $2 }
  END {
    for (pid in parent) {
      for (at = pid; at != root && at > 1 && (at in parent); at = parent[at]);
      if (at == root && pid != root) print pid
    }
  }')
test -z "$list" || { kill -TERM $list; sleep 1; kill -KILL $list; } 2>/dev/null
`;

/** Ends what a shell of ours runs; the shell then tells how it ended. Whether it worked is not told: a lost link cannot be asked. */
export async function killTree(link: Link, pid: number): Promise<void> {
  try {
    const killer = await startOwn(await link.open(OWN_COMMAND), KILL(pid), Readable.from([]));
    killer.stdout.resume();
    await killer.end;
  } catch {
    return;
  }
}
