import { readFileSync } from 'node:fs';
import type { JobSpec } from '@orchestrate/core';
import { openAt } from './local-place.ts';

// A leader of its own, to be killed: submits the jobs of a file, then stays until somebody ends it.
const [place = '', file = '', options = '{}'] = process.argv.slice(2);
const backend = openAt(place, { slots: 2, cpus: 2, graceSeconds: 0.2, ...JSON.parse(options) });
const jobs = JSON.parse(readFileSync(file, 'utf8')) as JobSpec[];
backend.watch(() => {});
await backend.submit(jobs);
process.stdout.write('submitted\n');
setInterval(() => {}, 1_000);
