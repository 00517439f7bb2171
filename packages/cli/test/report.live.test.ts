import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Browser } from './browser.ts';
import { Project } from './command-line.ts';

const HOSTILE = '</script><img src=x onerror=document.title=1>';

/** 240 members over three parameters, of which some fail; two of three parameters are numbers, one is hostile text. */
const FILES = {
  'project.yaml': `
name: melt
limits: { members: 4 }
flows:
  melt:
    matrix:
      depth: { range: [10, 100, 10] }
      rate: { range: [0.1, 1.2, 0.1] }
      mode: [dry, "${HOSTILE}"]
    members: { limit: members }
    tasks:
      solve: { call: "./solve.ts#solve", args: { depth: "{{ depth }}", rate: "{{ rate }}" } }
  after:
    needs: [melt]
    tasks:
      gather: { run: "echo '${HOSTILE}'; exit 3" }
`,
  'solve.ts': `export function solve({ depth, rate }: { depth: number; rate: number }) {
  if (depth >= 90 && rate > 1) throw new Error('${HOSTILE}');
  return { melt: depth * rate };
}
`,
};

const POOR_CONTRAST = readFileSync(new URL('./contrast.js', import.meta.url), 'utf8');
const project = new Project(FILES);
const browser = new Browser(process.env['ORCHESTRATE_TESTBED_BROWSER'] ?? 'chromium');
const page = join(project.folder, 'report.html');

beforeAll(async () => {
  await project.call('run', '--quiet');
  await project.call('report', '--output', 'report.html', '--open-no');
});

afterAll(async () => {
  await browser[Symbol.asyncDispose]();
  project[Symbol.dispose]();
});

const SHOWN = `[...document.querySelectorAll('#rows-0 tbody tr')]`;
const first = (column: number): string => `${SHOWN}[0].cells[${column}].textContent`;
const head = (name: string): string =>
  `[...document.querySelectorAll('#rows-0 thead button')].find((one) => one.textContent === '${name}')`;
const choose = (selector: string, value: string, event: string): string =>
  `{ const one = document.querySelector('${selector}'); one.value = '${value}'; one.dispatchEvent(new Event('${event}')); }`;

describe('the page of a report in a browser', () => {
  it('runs its script, fetches nothing and executes nothing of what it shows', async () => {
    await browser.show(page);

    expect(await browser.evaluate(`document.documentElement.className`)).toBe('js');
    expect(await browser.evaluate(`document.images.length`)).toBe(0);
    expect(await browser.evaluate(`document.title`)).toMatch(/^melt: run [a-z0-9]+, failed$/);
    expect(
      await browser.evaluate(
        `document.body.textContent.includes('${HOSTILE.replace('</script>', '<\\/script>')}')`,
      ),
    ).toBe(true);
    expect(browser.complaints).toEqual([]);
    expect(browser.requests.filter((url) => !url.startsWith('file:'))).toEqual([]);
    expect(new Set(browser.requests).size).toBe(1);
  });

  it('keeps rows that are not on its page out of the document, and turns pages', async () => {
    await browser.show(page);

    expect(await browser.evaluate(`${SHOWN}.length`)).toBe(100);
    expect(await browser.evaluate(`document.querySelector('[data-at]').textContent`)).toBe(
      'page 1 of 3',
    );

    await browser.evaluate(
      `document.querySelector('[data-page="1"]').click(), document.querySelector('[data-page="1"]').click()`,
    );

    expect(await browser.evaluate(`${SHOWN}.length`)).toBe(40);
  });

  it('sorts by a column, numbers as numbers, and turns the order', async () => {
    await browser.show(page);

    await browser.evaluate(`${head('melt')}.click()`);
    await browser.evaluate(`${head('melt')}.click()`);

    expect(await browser.evaluate(`${head('melt')}.parentElement.ariaSort`)).toBe('descending');
    expect(await browser.evaluate(first(1))).toBe('100');
    expect(await browser.evaluate(first(2))).toBe('1');
  });

  it('filters by words and by state', async () => {
    await browser.show(page);

    await browser.evaluate(choose('[data-state]', 'failed', 'change'));

    expect(await browser.evaluate(`document.querySelector('[data-shown]').textContent`)).toBe(
      '8 of 240 rows',
    );

    await browser.evaluate(choose('[data-filter]', 'depth=90 mode=dry', 'input'));

    expect(await browser.evaluate(`document.querySelector('[data-shown]').textContent`)).toBe(
      '2 of 240 rows',
    );
  });

  it('draws the heat map of other parameters and measures', async () => {
    await browser.show(page);

    await browser.evaluate(choose('[data-measure]', '0', 'change'));
    await browser.evaluate(choose('[data-x]', '0', 'change'));
    await browser.evaluate(choose('[data-y]', '1', 'change'));

    const cells = `document.querySelectorAll('table.heat td')`;
    expect(await browser.evaluate(`${cells}.length`)).toBe(120);
    expect(await browser.evaluate(`${cells}[0].textContent`)).toBe('1');
    expect(
      await browser.evaluate(`document.querySelector('table.heat caption').textContent`),
    ).toContain('melt: melt by rate (down) and depth (across)');
    expect(browser.complaints).toEqual([]);
  });

  it('zooms the timeline', async () => {
    await browser.show(page);
    const ticks = `[...document.querySelectorAll('[data-timeline] .axis text')].map((one) => one.textContent).join()`;
    const before = await browser.evaluate(ticks);

    await browser.evaluate(`document.querySelector('[data-by=in]').click()`);

    expect(await browser.evaluate(ticks)).not.toBe(before);

    await browser.evaluate(`document.querySelector('[data-by=all]').click()`);

    expect(await browser.evaluate(ticks)).toBe(before);
  });

  it('shows all rows and all parts when it is printed', async () => {
    await browser.show(page);

    await browser.evaluate(`dispatchEvent(new Event('beforeprint'))`);

    expect(await browser.evaluate(`${SHOWN}.length`)).toBe(240);
    expect(await browser.evaluate(`document.querySelectorAll('details:not([open])').length`)).toBe(
      0,
    );
  });

  it('can be read without its script', async () => {
    await browser.show(page, { scripts: false });

    expect((await browser.picture()).colours).toBeGreaterThan(50);
    const { root } = await browser.ask('DOM.getDocument');
    const { nodeId } = root as { nodeId: number };
    const { nodeIds } = await browser.ask('DOM.querySelectorAll', {
      nodeId,
      selector: '#rows-0 tbody tr',
    });
    expect(nodeIds).toHaveLength(240);
  });

  it('is light or dark as the reader wishes, and never blank', async () => {
    await browser.show(page);
    await browser.look('light');
    const light = await browser.picture();
    await browser.look('dark');
    const dark = await browser.picture();

    expect(light.colours).toBeGreaterThan(100);
    expect(dark.colours).toBeGreaterThan(100);
    expect(light.brightness).toBeGreaterThan(200);
    expect(dark.brightness).toBeLessThan(80);
  });

  it.each(['light', 'dark'] as const)('has enough contrast in its %s colours', async (scheme) => {
    await browser.show(page);
    await browser.look(scheme);

    expect(await browser.evaluate(POOR_CONTRAST)).toEqual([]);

    await browser.evaluate(`document.querySelector('h1').style.color = 'grey'`);
    await browser.evaluate(`document.querySelector('h1').style.background = 'dimgrey'`);

    expect(await browser.evaluate(POOR_CONTRAST)).toHaveLength(1);
  });
});
