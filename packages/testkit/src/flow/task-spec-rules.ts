import { ok } from 'node:assert/strict';
import type { TaskSet, TaskSpec } from '@orchestrate/core';

/** Indexes worth looking at: all of a small set, the ends and the middle of a large one. */
export function sampleOf(set: TaskSet): readonly number[] {
  if (set.expand !== undefined) return [];
  if (set.size <= 50) return Array.from({ length: set.size }, (_, n) => n);
  return [0, 1, Math.floor(set.size / 2), set.size - 2, set.size - 1];
}

function assertWork(where: string, { work }: TaskSpec): void {
  switch (work.kind) {
    case 'command':
      ok(work.argv.length > 0 && work.argv[0] !== '', `${where}: the command is empty`);
      ok(!work.argv.some((value) => value.includes('\0')), `${where}: an argument holds a NUL`);
      return;
    case 'shell':
      ok(work.script !== '' && !work.script.includes('\0'), `${where}: the script is empty`);
      return;
    case 'function':
      ok(work.module !== '' && work.export !== '', `${where}: no function is named`);
      ok(JSON.stringify(work.args) !== undefined, `${where}: the arguments are not JSON`);
  }
}

function assertAddresses(where: string, named: readonly { name: string; address: string }[]): void {
  ok(new Set(named.map(({ name }) => name)).size === named.length, `${where}: two have one name`);
  for (const { name, address } of named) {
    const colon = address.indexOf(':');
    ok(
      colon > 0 && colon < address.length - 1,
      `${where}: ${name} is not at storage:key: ${address}`,
    );
  }
}

/** Fails when a task could not be run as it is described. */
export function assertTaskSpec(set: TaskSet, spec: TaskSpec): void {
  const where = `a task of ${set.name}`;
  assertWork(where, spec);
  assertAddresses(`inputs of ${where}`, spec.inputs ?? []);
  assertAddresses(`outputs of ${where}`, spec.outputs ?? []);
  ok(set.hasInputs !== false || (spec.inputs ?? []).length === 0, `${where} has inputs after all`);
  ok(
    set.hasOutputs !== false || (spec.outputs ?? []).length === 0,
    `${where} has outputs after all`,
  );
  for (const [name, amount] of Object.entries(spec.resources ?? {}))
    ok(Number.isFinite(amount) && amount >= 0, `${where}: ${name} is ${amount}`);
  for (const [name, slots] of Object.entries(set.limits ?? {}))
    ok(Number.isInteger(slots) && slots > 0, `${where}: limit ${name} takes ${slots} slots`);
}
