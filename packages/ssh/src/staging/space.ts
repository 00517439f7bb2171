import { sshError } from '../errors.ts';
import { shellQuote } from '../shell-text.ts';
import type { RemoteHost } from '../transport.ts';
import type { LocalFile } from './file-list.ts';
import { dashed } from './remote-scripts.ts';

/** So little is not worth asking for: it is written, and the host says what is wrong. */
const UNASKED_BYTES = 8 * 2 ** 20;
const UNASKED_FILES = 1_000;
/** What a file takes beside its content, and at least, on common file systems. */
const BLOCK = 4_096;

/**
 * Prints what may still be written below a folder, a line each: \`space\` and \`quota\` in KiB, \`inodes\` and \`files\` in
 * numbers. What the host cannot tell is left out. \`df\` has the columns of POSIX; \`quota -w\` and \`lfs quota -q\` one line:
 * a name, KiB used, soft and hard limit (0: none), time of grace, and the same for files.
 */
function spaceScript(folder: string): string {
  return `at=${shellQuote(dashed(folder))}
while [ ! -d "$at" ] && [ "$at" != . ] && [ "$at" != / ]; do at=$(dirname -- "$at"); done
cd -- "$at" 2>/dev/null || exit 0
df -Pk . 2>/dev/null | awk 'NR > 1 { print "space", $4; exit }'
df -Pi . 2>/dev/null | awk 'NR > 1 && $2 > 0 { print "inodes", $4; exit }'
left() { awk -v fs="$1" '
  { gsub(/\\*/, "") }
  (fs == "" || $1 == fs) && NF >= 7 {
    if ($4 > 0) print "quota", $4 - $2
    first = ($5 ~ /^[0-9]+$/) ? 5 : 6
    if ($(first + 2) > 0) print "files", $(first + 2) - $first
  }'; }
if command -v lfs >/dev/null 2>&1; then lfs quota -q -u "$(id -un)" . 2>/dev/null | left ""
elif command -v quota >/dev/null 2>&1; then
  quota -w 2>/dev/null | left "$(df -P . 2>/dev/null | awk 'NR > 1 { print $1; exit }')"
fi
exit 0`;
}

const WORDS: Readonly<Record<string, string>> = {
  space: 'are free on its file system',
  quota: 'are left of the quota',
  inodes: 'are free on its file system',
  files: 'are left of the quota',
};

function size(bytes: number): string {
  const gib = bytes / 2 ** 30;
  return gib >= 1 ? `${gib.toFixed(1)} GiB` : `${Math.ceil(bytes / 2 ** 20)} MiB`;
}

/**
 * Sees to it that files fit below a folder on the host, before any of them goes out: free space and inodes of its file
 * system, and the user's quota where \`quota\` or \`lfs\` is there to tell.
 * @throws SSH_SPACE
 */
export async function mustFit(
  host: RemoteHost,
  folder: string,
  files: readonly LocalFile[],
  signal?: AbortSignal,
): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + Math.ceil((file.size + 1) / BLOCK) * BLOCK, 0);
  if (bytes < UNASKED_BYTES && files.length < UNASKED_FILES) return;
  const { stdout } = await host.run(spaceScript(folder), {
    idempotent: true,
    ...(signal === undefined ? {} : { signal }),
  });
  for (const line of stdout.split('\n')) {
    const [, what = '', number = ''] = /^(space|quota|inodes|files) (-?[0-9]+)$/.exec(line) ?? [];
    if (what === '') continue;
    const isBytes = what === 'space' || what === 'quota';
    const left = Math.max(0, Number(number)) * (isBytes ? 1024 : 1);
    const wanted = isBytes ? bytes : files.length;
    if (wanted <= left) continue;
    const words = isBytes ? [size(wanted), size(left)] : [`${wanted} files`, `${left}`];
    throw sshError(
      'SSH_SPACE',
      `${folder} on ${host.name} has no room: ${words[0]} are to be sent, ${words[1]} ${WORDS[what] ?? ''}`,
      { details: { host: host.name, folder, what, wanted, left } },
    );
  }
}
