import { describe, expect, it } from 'vitest';
import { matchTasks } from './task-selection.ts';

const tasks = [
  { name: 'prepare.mesh', set: 'prepare.mesh', index: 0 },
  { name: 'sweep.model/speed=1.0', set: 'sweep.model', index: 0 },
  { name: 'sweep.model/speed=2.0', set: 'sweep.model', index: 1 },
  { name: 'sweep.model/speed=2.05', set: 'sweep.model', index: 2 },
  { name: 'sweep.table', set: 'sweep.table', index: 0 },
];

const ice = ['amery', 'ross'].flatMap((id) => ['1', '10'].map((n) => ({ id, n })));
const shelves = ice.map(({ id, n }, index) => ({
  name: `sweep.melt/ice=${id},n=${n}`,
  set: 'sweep.melt',
  index,
}));
const others = [
  { name: 'make.mesh/id=amery', set: 'make.mesh', index: 0 },
  { name: 'make.mesh/id=a\u001b[1m/item=b', set: 'make.mesh', index: 1 },
];

describe('matchTasks by what is on the screen', () => {
  it.each([
    ['make.mesh/amery', [0]],
    ['mesh/amery', [0]],
    ['make/amery', [0]],
    ['make.mesh[amery]', [0]],
    ['id=amery', [0]],
    ['make.mesh/id=a\\x1b[1m/item=b', [1]],
    ['item=b', [1]],
    ['mesh/b', [1]],
    ['mak…=amery', [0]],
    ['mak...=amery', [0]],
    ['make.mesh/nothing', []],
  ])('%j among two', (text, places) => {
    expect(matchTasks(text, others)).toEqual(places.map((at) => others[at]));
  });

  it.each([
    ['amery', [0, 1]],
    ['melt/amery', [0, 1]],
    ['amery,1', [0]],
    ['sweep.melt/ross,10', [3]],
    ['sweep.melt/ice=ross,1', [2]],
    ['n=1', [0, 2]],
    ['sweep.melt/1', [1]],
    ['10,ross', [3]],
    ['oss,n=1', [2, 3]],
  ])('%j among several parameters', (text, places) => {
    expect(matchTasks(text, shelves)).toEqual(places.map((at) => shelves[at]));
  });

  it('finds every task by its name, by its label and by all its values', () => {
    for (const shelf of shelves) {
      const label = shelf.name.slice('sweep.melt/'.length);
      const values = label.replaceAll(/\w+=/g, '');
      for (const text of [shelf.name, label, values, `sweep.melt/${values}`]) {
        expect([text, matchTasks(text, shelves)]).toEqual([text, [shelf]]);
      }
    }
  });
});

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
