/** The hashes of Node, loaded when one is first taken: loading them costs more than planning a small project. */
export function hashes(): typeof import('node:crypto') {
  return process.getBuiltinModule('node:crypto');
}
