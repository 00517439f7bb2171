import { describe, expect, it } from 'vitest';
import { matchTasks } from './task-selection.ts';

const tasks = [
  { name: 'prepare.mesh', set: 'prepare.mesh', index: 0 },
  { name: 'sweep.model/speed=1.0', set: 'sweep.model', index: 0 },
  { name: 'sweep.model/speed=2.0', set: 'sweep.model', index: 1 },
  { name: 'sweep.model/speed=2.05', set: 'sweep.model', index: 2 },
  { name: 'sweep.table', set: 'sweep.table', index: 0 },
];

describe('matchTasks', () => {
  it.each([
    ['prepare.mesh', ['prepare.mesh']],
    ['sweep.model/speed=2.0', ['sweep.model/speed=2.0']],
    ['sweep.model[speed=2.0]', ['sweep.model/speed=2.0']],
    ['sweep.model[1]', ['sweep.model/speed=2.0']],
    ['sweep.model/#1', ['sweep.model/speed=2.0']],
    ['sweep.model[7]', []],
    ['*[speed=2*]', ['sweep.model/speed=2.0', 'sweep.model/speed=2.05']],
    ['sweep.t*', ['sweep.table']],
    ['sweep.model', ['sweep.model/speed=1.0', 'sweep.model/speed=2.0', 'sweep.model/speed=2.05']],
    ['prepare', ['prepare.mesh']],
    ['speed=2.0', ['sweep.model/speed=2.0']],
    ['mesh', ['prepare.mesh']],
    ['=2.0', ['sweep.model/speed=2.0', 'sweep.model/speed=2.05']],
    ['(', []],
    ['nothing', []],
  ])('%j', (text, names) => {
    expect(matchTasks(text, tasks).map((task) => task.name)).toEqual(names);
  });
});
