/** Makes folders from a template in a process of its own until it is killed. Arguments: template, parent. */
import { copyTemplate } from '../src/directory/copy-template.ts';

const [template = '', parent = ''] = process.argv.slice(2);
for (let n = 0; ; n += 1) {
  copyTemplate({ template, directory: `${parent}/run-${n}`, existing: 'fail' });
  if (n === 0) process.stdout.write('begun\n');
}
