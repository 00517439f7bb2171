import { expect, it } from 'vitest';
import { openProcessTable, parsePsLine } from './process-table.ts';

it('knows this process by its number, parent and start', () => {
  const table = openProcessTable(process.platform);
  const row = table.row(process.pid);

  expect(row).toMatchObject({ pid: process.pid, parent: process.ppid });
  expect(row?.startMark).toBe(table.row(process.pid)?.startMark);
  expect(Math.abs((row?.residentBytes ?? 0) / process.memoryUsage.rss() - 1)).toBeLessThan(0.2);
  expect(table.rows().map(({ pid }) => pid)).toContain(process.pid);
  expect(table.row(2 ** 30)).toBeUndefined();
});

it('reads what ps of macOS prints', () => {
  const line = '  501     1   501 Ss      2048 Fri Nov 20 19:31:20 2026    ';

  expect(parsePsLine(line)).toEqual({
    pid: 501,
    parent: 1,
    group: 501,
    session: 501,
    residentBytes: 2_097_152,
    startMark: 'Fri Nov 20 19:31:20 2026',
  });
  expect(parsePsLine('  501     1   501 Z+      0 Fri Nov 20 19:31:20 2026')).toBeUndefined();
});
