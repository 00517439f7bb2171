import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';

type Fields = Readonly<Record<string, unknown>>;

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: Fields;
  readonly result?: Fields;
  readonly error?: { readonly message: string };
}

/** What there is to see on a picture. */
interface Seen {
  /** Mean, 0 to 255. */
  readonly brightness: number;
  readonly colours: number;
}

const LOOK = `async (base64) => {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  const bitmap = await createImageBitmap(new Blob([bytes]));
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
  canvas.drawImage(bitmap, 0, 0);
  const pixels = canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
  const colours = new Set();
  let sum = 0;
  for (let at = 0; at < pixels.length; at += 4) {
    const [red, green, blue] = pixels.subarray(at, at + 3);
    colours.add((red << 16) | (green << 8) | blue);
    sum += (red + green + blue) / 3;
  }
  return { brightness: sum / (pixels.length / 4), colours: colours.size };
}`;

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--hide-scrollbars',
  '--remote-debugging-pipe',
];

/** A browser without a window and with one page, driven over a pipe. */
export class Browser implements AsyncDisposable {
  /** Errors of scripts, and what the page's policy refused. */
  readonly complaints: string[] = [];
  /** Addresses that were asked for, the page itself among them. */
  readonly requests: string[] = [];
  readonly #folder = mkdtempSync(join(tmpdir(), 'orchestrate-browser-'));
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, (message: Message) => void>();
  readonly #loaded: (() => void)[] = [];
  readonly #sending: Writable;
  #session: string | undefined;
  #last = 0;

  constructor(program: string) {
    this.#process = spawn(program, [...FLAGS, `--user-data-dir=${this.#folder}`], {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
    });
    // The third and fourth pipe, as --remote-debugging-pipe has it.
    this.#sending = this.#process.stdio[3] as Writable;
    let rest = '';
    (this.#process.stdio[4] as Readable).setEncoding('utf8').on('data', (piece: string) => {
      const messages = (rest + piece).split('\0');
      rest = messages.pop() ?? '';
      for (const message of messages) this.#take(JSON.parse(message) as Message);
    });
  }

  #take(message: Message): void {
    const { id, method, params = {} } = message;
    if (id !== undefined) this.#waiting.get(id)?.(message);
    if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded') {
      this.complaints.push(JSON.stringify(params));
    }
    if (method === 'Network.requestWillBeSent') {
      this.requests.push((params['request'] as { url: string }).url);
    }
    if (method === 'Page.loadEventFired') for (const done of this.#loaded.splice(0)) done();
  }

  /** Asks the browser, or its page, for something. */
  async ask(method: string, params: Fields = {}): Promise<Fields> {
    this.#last += 1;
    const id = this.#last;
    const answered = new Promise<Message>((resolve) => this.#waiting.set(id, resolve));
    const session = this.#session === undefined ? {} : { sessionId: this.#session };
    this.#sending.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
    const { result = {}, error } = await answered;
    if (error !== undefined) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  /** Shows a file. */
  async show(path: string, { scripts = true } = {}): Promise<void> {
    if (this.#session === undefined) {
      const { targetId } = await this.ask('Target.createTarget', { url: 'about:blank' });
      const { sessionId } = await this.ask('Target.attachToTarget', { targetId, flatten: true });
      this.#session = String(sessionId);
      for (const domain of ['Page', 'Runtime', 'Log', 'Network'])
        await this.ask(`${domain}.enable`);
    }
    await this.ask('Emulation.setScriptExecutionDisabled', { value: !scripts });
    const loaded = new Promise<void>((resolve) => this.#loaded.push(resolve));
    await this.ask('Page.navigate', { url: pathToFileURL(path).href });
    await loaded;
  }

  /** What an expression, or a promise, is worth on the page. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.ask('Runtime.evaluate', {
      expression,
      returnByValue: true,
      awaitPromise: true,
    });
    if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
    return (result as { value?: unknown }).value;
  }

  /** Chooses light or dark, or paper. */
  async look(scheme: 'light' | 'dark', media: 'screen' | 'print' = 'screen'): Promise<void> {
    const features = [{ name: 'prefers-color-scheme', value: scheme }];
    await this.ask('Emulation.setEmulatedMedia', { media, features });
  }

  /** Takes a picture of the page and looks at it. */
  async picture(width = 1280, height = 1600): Promise<Seen> {
    const size = { width, height, deviceScaleFactor: 1, mobile: false };
    await this.ask('Emulation.setDeviceMetricsOverride', size);
    const { data } = await this.ask('Page.captureScreenshot', { format: 'png' });
    await this.ask('Emulation.setScriptExecutionDisabled', { value: false });
    return (await this.evaluate(`(${LOOK})('${String(data)}')`)) as Seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const gone = new Promise<void>((resolve) => this.#process.once('exit', () => resolve()));
    this.#session = undefined;
    this.#sending.write(`${JSON.stringify({ id: 0, method: 'Browser.close' })}\0`);
    const patience = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await gone;
    clearTimeout(patience);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
