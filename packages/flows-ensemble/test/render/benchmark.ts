/** `node benchmark.ts TEMPLATES MEMBERS`, started by tools/benchmarks/render.ts: renders every template for every member, and prints the seconds and a digest. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTemplate } from '../../src/jinja/compile-template.ts';
import { decodePy } from '../../src/python/json-code.ts';

const [folder = '', membersFile = ''] = process.argv.slice(2);
const members = readFileSync(membersFile, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => new Map([['run', decodePy(JSON.parse(line))]]));
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.j2'))
  .toSorted()
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

const began = performance.now();
const texts: Buffer[] = [];
for (const [name, source] of sources) {
  const template = compileTemplate(source, name);
  for (const names of members) texts.push(Buffer.from(template.render(names)));
}
const seconds = (performance.now() - began) / 1000;

const digest = createHash('sha256');
for (const text of texts) digest.update(text).update('\0');
console.log(JSON.stringify({ seconds, digest: digest.digest('hex'), texts: texts.length }));
