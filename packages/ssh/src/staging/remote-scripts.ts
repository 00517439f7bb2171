import { shellQuote } from '../shell-text.ts';
import { STAGING } from './manifest.ts';

/**
 * Shell function that prints the SHA-256 of its standard input, by whatever the host has: first by what uses the instructions
 * that processors have for it.
 */
export const SUM = `sum() {
  if command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r
  elif command -v sha256sum >/dev/null 2>&1; then sha256sum
  else shasum -a 256
  fi | cut -d ' ' -f 1
}
`;

/**
 * Moves everything of one folder into another on the same file system, each file by a rename. A folder that is not there yet
 * comes as a whole; of one that is there, what is in it. Links are replaced, not followed.
 */
const PLACE = `place() (
  cd -- "$1" || exit 1
  to=$2
  set --
  for name in * .[!.]* ..?*; do
    if [ -d "$name" ] && [ ! -L "$name" ] && [ -d "$to/$name" ] && [ ! -L "$to/$name" ]; then
      place "./$name" "$to/$name" || exit 1
    elif [ -e "$name" ] || [ -L "$name" ]; then
      set -- "$@" "./$name"
      if [ $# -ge 500 ]; then
        mv -f -- "$@" "$to/" || exit 1
        set --
      fi
    fi
  done
  [ $# -eq 0 ] || mv -f -- "$@" "$to/"
)
`;

function paths(root: string): string {
  // A relative root would be looked for in each folder anew.
  return `mkdir -p -- ${shellQuote(dashed(root))} && cd -- ${shellQuote(dashed(root))} && root=$(pwd) || exit 1
stage=$root/${STAGING}
`;
}

/** A path that cannot be taken for an option. */
export function dashed(path: string): string {
  return path.startsWith('-') ? `./${path}` : path;
}

/**
 * Unpacks an archive that comes over standard input and moves it in place. It holds the files below `files/`, and as `lines`
 * what is to be added to the manifest.
 */
export function unpackScript(root: string, id: string): string {
  return `${PLACE}${paths(root)}in=$stage/in-${id}
mkdir -p -- "$in/files" || exit 1
find "$stage" -maxdepth 1 -name 'in-*' -mmin +1440 -exec rm -rf -- {} + 2>/dev/null
tar -xpof - -C "$in" && place "$in/files" "$root" && cat -- "$in/lines" >>"$stage/manifest"
code=$?
rm -rf -- "$in"
exit $code`;
}

/** Size, time and raw mode of the paths that come over standard input, with NUL characters behind them; in the same form. */
export const LOOK = `stat --version >/dev/null 2>&1 || exit 0
xargs -0 stat --printf '%s %Y %f %n\\0' -- 2>/dev/null
exit 0`;

/** Prints how much of a large file has come. */
export function partSizeScript(root: string, key: string): string {
  return `${paths(root)}mkdir -p -- "$stage" || exit 1
part=$stage/part-${key}
[ -f "$part" ] || : >"$part" || exit 1
wc -c <"$part"`;
}

/** Adds to a large file what comes over standard input, and prints its digest and size. */
export function appendScript(root: string, key: string): string {
  return `${SUM}${paths(root)}part=$stage/part-${key}
cat >>"$part" && sum <"$part" && wc -c <"$part"`;
}

/** Puts a large file in its place. `stamp`: its time as \`touch -t\` has it, in UTC. */
export function finishScript(
  root: string,
  key: string,
  file: { readonly path: string; readonly mode: number; readonly stamp: string },
  line: string,
): string {
  const place = shellQuote(file.path);
  return `${paths(root)}part=$stage/part-${key}
place=$root/${place}
[ ! -d "$place" ] || { echo "$place is a folder" >&2; exit 1; }
mkdir -p -- "$(dirname -- "$place")" && chmod ${file.mode.toString(8)} "$part" &&
  TZ=UTC0 touch -t ${file.stamp} -- "$part" && mv -f -- "$part" "$place" &&
  printf %s ${shellQuote(line)} >>"$stage/manifest"`;
}

/** Type, size, time, mode and path of everything below the paths that come over standard input. */
export const LIST = `xargs -0 sh -c '[ $# -eq 0 ] || find "$@" -name ${STAGING} -prune -o -printf "%y %s %T@ %m %p\\0"' sh 2>/dev/null
exit 0`;
