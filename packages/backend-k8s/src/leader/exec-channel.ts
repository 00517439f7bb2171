import { PassThrough, type Readable, Writable } from 'node:stream';
import type { Channel, ChannelEnd } from '@orchestrate/ssh';
import type WebSocket from 'ws';

/** Streams of a command in a pod, as the API server numbers them in the first byte of each message. */
const STDIN = 0;
const STDOUT = 1;
const STDERR = 2;
const STATUS = 3;
const RESIZE = 4;
/** Of protocol v5: the stream in the next byte is at its end. */
const CLOSE = 255;

/** How the API server says that a command has ended. */
interface ExecStatus {
  readonly status?: string;
  readonly message?: string;
  readonly details?: {
    readonly causes?: readonly { readonly reason?: string; readonly message?: string }[];
  };
}

/** Exit code of a command from its status; `undefined` when it did not end by itself. */
function codeOf({ status, details }: ExecStatus): number | undefined {
  if (status === 'Success') return 0;
  const cause = details?.causes?.find(({ reason }) => reason === 'ExitCode');
  return cause?.message === undefined ? undefined : Number(cause.message);
}

/** A command in a container, over a WebSocket of protocol `v5.channel.k8s.io`. */
export class ExecChannel implements Channel {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly end: Promise<ChannelEnd>;
  readonly #socket: WebSocket;
  readonly #outputs = new Map([
    [STDOUT, new PassThrough()],
    [STDERR, new PassThrough()],
  ]);
  #status: ExecStatus | undefined;

  constructor(socket: WebSocket) {
    this.#socket = socket;
    const send = (stream: number, piece: Buffer, done: (error?: Error | null) => void): void => {
      socket.send(Buffer.concat([Buffer.from([stream]), piece]), done);
    };
    this.stdin = new Writable({
      write: (piece: Buffer, _encoding, done) => send(STDIN, piece, done),
      final: (done) => send(CLOSE, Buffer.from([STDIN]), done),
    });
    // That the other end is gone is told by `end`.
    this.stdin.on('error', () => undefined);
    this.stdout = this.#outputs.get(STDOUT) as Readable;
    this.stderr = this.#outputs.get(STDERR) as Readable;
    socket.on('message', (data) => this.#take(data as Buffer));
    socket.on('error', () => undefined);
    this.end = new Promise((resolve) => {
      socket.on('close', () => {
        for (const output of this.#outputs.values()) output.end();
        this.stdin.destroy();
        const code = this.#status === undefined ? undefined : codeOf(this.#status);
        resolve(code === undefined ? {} : { code });
      });
    });
  }

  /** Tells the size of the terminal, in characters. */
  resize({ columns, rows }: { readonly columns: number; readonly rows: number }): void {
    const size = JSON.stringify({ Width: columns, Height: rows });
    this.#socket.send(Buffer.concat([Buffer.from([RESIZE]), Buffer.from(size)]));
  }

  destroy(): void {
    for (const output of this.#outputs.values()) output.destroy();
    this.#socket.terminate();
  }

  #take(data: Buffer): void {
    const stream = data[0];
    const piece = data.subarray(1);
    if (stream === STATUS) {
      this.#status = JSON.parse(piece.toString()) as ExecStatus;
      this.#socket.close();
      return;
    }
    const output = this.#outputs.get(stream ?? STDIN);
    if (output === undefined || output.destroyed || piece.length === 0) return;
    if (output.write(piece)) return;
    // Nothing more is taken from the network until somebody has read.
    this.#socket.pause();
    output.once('drain', () => this.#socket.resume());
    output.once('close', () => this.#socket.resume());
  }
}
