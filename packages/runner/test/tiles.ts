import { FlowError, type FunctionContext } from '@orchestrate/core';

export const answer = 42;

export function double({ n }: { n: number }): number {
  return 2 * n;
}

export async function doubleLater(args: { n: number }): Promise<number> {
  await Promise.resolve();
  return double(args);
}

export function readTile({ name }: { name: string }): never {
  throw new TypeError(`no tile ${name}`);
}

export function refuse(): never {
  throw new FlowError('TILE_CLOUDED', 'tile x7 is all cloud', {
    retry: 'never',
    hint: 'Take another day.',
  });
}

export function failAs({ failure }: { failure: string }): never {
  throw new FlowError('TILE_AWAY', 'the archive does not answer', {
    retry: 'later',
    hint: 'Try again.',
    details: { failureClass: failure },
  });
}

export function throwText(): never {
  const thrown: unknown = 'just text';
  throw thrown;
}

export function big(): unknown {
  return 10n;
}

export function speak({ text }: { text: string }): void {
  if (text === '') return;
  console.log(text);
  console.error('aside');
}

export function leave(): never {
  process.exit(7);
}

export function failOdd({ n }: { n: number }): number {
  if (n % 2 === 1) throw new Error(`odd: ${n}`);
  return n;
}

export async function untilAborted(_args: unknown, { signal }: FunctionContext): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve());
  await promise;
}
