import type { TaskState } from '@orchestrate/core';
import { durationText } from '../output/quantity-text.ts';
import type { AttemptEnd, CellValue } from './report-types.ts';

/** A moment for readers anywhere, in UTC: `2026-05-04 17:03:09 UTC`. */
export function utcText(millisecondsSince1970: number): string {
  return `${new Date(millisecondsSince1970).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** A moment for programs. */
export function utcStamp(millisecondsSince1970: number): string {
  return new Date(millisecondsSince1970).toISOString();
}

/** A number as a table shows it: four significant digits, as much as a person compares. */
export function numberText(value: number): string {
  if (Number.isInteger(value) && Math.abs(value) < 1e9) return String(value);
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(3).replace(/\.?0+e/u, 'e');
  return String(Number(value.toPrecision(4)));
}

/** A span of time, milliseconds where it is short. */
export function secondsText(seconds: number): string {
  return seconds > 0 && seconds < 0.0995
    ? `${Math.max(1, Math.round(seconds * 1000))} ms`
    : durationText(seconds);
}

/** A value as a table shows it. */
export function valueText(value: CellValue): string {
  if (value === null) return '';
  return typeof value === 'number' ? numberText(value) : String(value);
}

/** How a state looks: its colour's name, and a sign that tells it apart without colour. */
export interface StateLook {
  readonly tone: 'good' | 'kept' | 'bad' | 'busy' | 'idle' | 'off' | 'odd';
  readonly sign: string;
}

/** The look of every state. */
export const STATE_LOOKS: Readonly<Record<TaskState, StateLook>> = {
  pending: { tone: 'idle', sign: '·' },
  ready: { tone: 'idle', sign: '·' },
  waiting: { tone: 'idle', sign: '⋯' },
  submitting: { tone: 'idle', sign: '○' },
  queued: { tone: 'idle', sign: '○' },
  running: { tone: 'busy', sign: '▶' },
  unknown: { tone: 'odd', sign: '?' },
  collecting: { tone: 'busy', sign: '▶' },
  succeeded: { tone: 'good', sign: '✓' },
  reused: { tone: 'kept', sign: '↺' },
  failed: { tone: 'bad', sign: '✗' },
  skipped: { tone: 'off', sign: '⤳' },
  cancelled: { tone: 'odd', sign: '⊘' },
};

/** Colours of the ends of attempts. */
export const END_TONES: Readonly<Record<AttemptEnd, StateLook['tone']>> = {
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'odd',
  withdrawn: 'off',
  open: 'busy',
};
