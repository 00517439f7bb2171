/** Script of a pod that does nothing until it is told to end, which it does at once. */
export const WAIT = 'trap "exit 0" TERM; while :; do sleep 3600 & wait $!; done';
