#!/bin/sh
# Does what ssh does with its words: options, then a host, then words that are joined and given to a login shell in the
# home folder of the account. Hosts called `away` do not answer.
home=$1
shift
while [ "${1#-}" != "$1" ]; do
  case $1 in
    -o | -p | -l) shift 2 ;;
    *) shift ;;
  esac
done
host=$1
shift
case $host in
  *away) echo "ssh: connect to host away port 22: Connection timed out" >&2; exit 255 ;;
  *locked) echo "me@locked: Permission denied (publickey)." >&2; exit 255 ;;
esac
cd "$home" || exit 255
PATH=${STAND_IN_PATH:-$PATH} exec /bin/sh -c "$*"
