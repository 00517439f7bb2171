/** Makes a part of the folders of the benchmark `directories`. Arguments: template, parent, first, end. */
import { makeDirectory } from '@orchestrate/steps';

const [template = '', parent = '', first, end] = process.argv.slice(2);
const { signal } = new AbortController();
const context = { signal, task: 'directories', attempt: 1, inputs: {}, outputs: {} };

for (let n = Number(first); n < Number(end); n += 1)
  makeDirectory({ template, directory: `${parent}/run-${n}` }, context);
