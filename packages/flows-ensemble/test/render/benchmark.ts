/**
 * `node --expose-gc benchmark.ts TEMPLATES MEMBERS`, started by tools/benchmarks/render.ts: renders every template for every
 * member, and prints the seconds and a digest. What reading the members left behind is cleared away before the clock starts,
 * as rival.py does.
 */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compileTemplate } from '../../src/jinja/compile-template.ts';
import { decodePy } from '../../src/python/json-code.ts';
import { str } from '../../src/python/text.ts';
import { PyDict, type PyValue } from '../../src/python/value.ts';
import { RunContext } from '../../src/upstream/member-context.ts';

/** The member as templates see it in an ensemble. */
function contextOf(line: string): ReadonlyMap<string, PyValue> {
  const values = decodePy(JSON.parse(line));
  if (!(values instanceof PyDict)) throw new TypeError(`expected a dict, got ${line}`);
  const entries = values.entries().map(([name, value]) => [str(name), value] as const);
  return new Map([['run', new RunContext(new Map(entries))]]);
}

const [folder = '', membersFile = ''] = process.argv.slice(2);
const members = readFileSync(membersFile, 'utf8').trimEnd().split('\n').map(contextOf);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith('.j2'))
  .toSorted()
  .map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);

if (gc === undefined) throw new Error('expected the option --expose-gc');
gc();
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
