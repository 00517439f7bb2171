import { expect, it } from 'vitest';
import { ownModule } from '../src/own-module.ts';

const pack = (module: string) =>
  ({ kind: 'functions', module, export: 'grow', calls: [] }) as never;

it('names the module of a pack when it is a file of the project, and no other', () => {
  expect(ownModule(pack('/project/model.ts'))).toEqual(['/project/model.ts']);
  expect(ownModule(pack('/project/node_modules/flows/index.js'))).toEqual([]);
  expect(ownModule(pack('@orchestrate/staging'))).toEqual([]);
  expect(ownModule({ kind: 'command', argv: ['true'] })).toEqual([]);
});
