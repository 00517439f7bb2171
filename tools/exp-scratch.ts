import { rmSync } from 'node:fs';
import { bringUp, bringDown } from '/work/main/tools/benchmarks/storage/bed.ts';
import { silentLogger } from '@orchestrate/core';
const service = process.argv[2] ?? 'azure';
const bed = await bringUp(service as never);
const module = service === 'gcs' ? await import('@orchestrate/storage-gcs') : await import('@orchestrate/storage-azure');
const plugin = module.default;
const written = service === 'gcs' ? { bucket: bed.container, endpoint: bed.endpoint, anonymous: true } : { container: bed.container, connectionString: bed.connection };
const CONTEXT = { name: 'b', projectDirectory: '/tmp', stateDirectory: '/tmp', log: silentLogger, clock: { now: () => Date.now(), monotonic: () => performance.now() }, random: Math.random };
const s = plugin.create(plugin.config.parse(written), CONTEXT as never);
await s.put('/tmp/large.bin', 'large');
for (let i = 0; i < 4; i++) {
  const c = process.cpuUsage(), t = performance.now();
  await s.fetch('large', '/tmp/large.got');
  const d = process.cpuUsage(c);
  console.log('fetch', ((performance.now() - t) / 1000).toFixed(2), 's cpu', ((d.user + d.system) / 1e6).toFixed(2), 'rss', (process.memoryUsage().rss / 2 ** 20).toFixed(0));
}
// bare ranges, one after another and n at a time, nothing kept
const SIZE = 2 ** 30;
if (service === 'azure')
for (const [mib, par] of [[4, 1], [4, 2], [4, 6], [16, 1], [16, 2], [64, 1], [1024, 1]] as const) {
  const url = `${bed.endpoint}/${bed.container}/large?${bed.sas}`;
  const part = mib * 2 ** 20; let next = 0;
  const c = process.cpuUsage(), t = performance.now();
  await Promise.all(Array.from({ length: par }, async () => {
    for (;;) { const at = next; next += part; if (at >= SIZE) return;
      const r = await fetch(url, { headers: { 'x-ms-range': `bytes=${at}-${at + part - 1}`, 'x-ms-version': '2021-08-06' } });
      let n = 0; for await (const p of r.body!) n += (p as Uint8Array).length;
      if (n !== part) throw new Error(String(r.status) + n);
    } }));
  const d = process.cpuUsage(c);
  console.log(mib, 'MiB x', par, ((performance.now() - t) / 1000).toFixed(2), 's cpu', ((d.user + d.system) / 1e6).toFixed(2));
}
rmSync('/tmp/large.got');
await bringDown(service as never);
process.exit(0);
