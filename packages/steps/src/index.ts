export { check } from './check/check.ts';
export { copyTemplate, type NewFolder } from './directory/copy-template.ts';
export { makeDirectory } from './directory/make-directory.ts';
export { STEP_ERRORS } from './errors.ts';
export { execute } from './execute/execute.ts';
export { move, move as copy } from './move/move.ts';
export { remove } from './remove/remove.ts';
