import { expect, it } from 'vitest';
import { job, key } from './jobs.ts';
import { openAt } from './local-place.ts';
import { newPlace } from './place.ts';

const shell = '/no/such/shell';

it.each([
  [{ shell }, 'LOCAL_SHELL_MISSING'],
  [{ containers: 'apptainer' }, 'LOCAL_CONTAINERS_MISSING'],
])('refuses to open with %j: %s', (options, code) => {
  const place = newPlace();
  const path = process.env['PATH'];
  process.env['PATH'] = place;
  try {
    expect(() => openAt(place, options)).toThrow(expect.objectContaining({ code }));
  } finally {
    process.env['PATH'] = path;
  }
});

it('refuses every call after it was disposed of with LOCAL_CLOSED, and promises that nothing was changed', async () => {
  const place = newPlace();
  const backend = openAt(place);
  await backend[Symbol.asyncDispose]();
  const closed = expect.objectContaining({ code: 'LOCAL_CLOSED', details: { clean: true } });

  await expect(
    backend.submit([job(place, 1, { kind: 'command', argv: ['true'] })]),
  ).rejects.toThrow(closed);
  await expect(backend.observe([key(1)])).rejects.toThrow(closed);
  await expect(backend.cancel([key(1)])).rejects.toThrow(closed);
});
