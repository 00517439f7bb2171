import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Storage, storageError } from '@orchestrate/core';
import { describe, expect, it } from 'vitest';
import { parseCall } from '../src/arguments/parse-call.ts';
import type { CommandContext } from '../src/command-context.ts';
import { COMMANDS } from '../src/commands/command-table.ts';
import { Output } from '../src/output/output.ts';
import { choosePaint, chooseSigns } from '../src/output/paint.ts';
import { terminalLog } from '../src/output/terminal-log.ts';
import { recordAfterRun } from '../src/record/record-after-run.ts';
import { chooseRun, withHistory } from '../src/session/open-history.ts';
import { openProject } from '../src/session/open-project.ts';
import { openProviders } from '../src/session/open-providers.ts';
import { jsonLines, Project } from './command-line.ts';

const PROJECT = `name: melt
storage: { archive: { use: local, path: archive } }
records: archive:runs/
flows:
  work:
    tasks:
      one: { run: "echo 1 > {{ outputs.out }}; exit $(cat code)", outputs: { out: "archive:one.txt" } }
`;

/** A stream that keeps what is written to it. */
class Kept {
  text = '';

  write(piece: string | Uint8Array, done?: (error?: Error | null) => void): boolean {
    this.text += piece.toString();
    done?.();
    return true;
  }

  on(): this {
    return this;
  }
}

/** A call as the command line makes it, with what it has told. */
class TestCall {
  readonly stdout = new Kept();
  readonly stderr = new Kept();
  readonly context: CommandContext;

  constructor(project: Project, words: readonly string[]) {
    const request = parseCall(words, COMMANDS);
    if (request.wants !== 'command') throw new TypeError('expected a call of a command');
    const paint = choosePaint({ option: 'never', isTerminal: false, environment: {} });
    const output = new Output({
      stdout: this.stdout,
      stderr: this.stderr,
      paint,
      errorPaint: paint,
      signs: chooseSigns({ LANG: 'C.UTF-8' }),
      json: words.includes('--json'),
      level: 'normal',
    });
    const { call } = request;
    this.context = { call, output, directory: project.folder, environment: {}, version: '0.0.0' };
  }
}

/** A storage in which there is room for so many more objects. */
function withRoomFor(writes: number, storage: Storage): Storage {
  let left = writes;
  const write: Storage['write'] = async (...given) => {
    left -= 1;
    if (left < 0) throw storageError('STORAGE_FULL', `${given[0]}: no space left on the device`);
    return storage.write(...given);
  };
  return new Proxy(storage, {
    get: (target, name) => {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

type Outcome = 'succeeded' | 'failed' | 'stopped';

/** Ends a run that was led before, as the leading process does. */
async function end(project: Project, words: readonly string[], room: number, outcome: Outcome) {
  const call = new TestCall(project, words);
  const { context } = call;
  const loaded = await openProject(context);
  await using open = await openProviders(loaded, terminalLog(context.output));
  const { run } = await withHistory(context, async (history) => chooseRun(history, undefined));
  const storages = new Map(
    [...open.providers.storages].map(([name, storage]) => [name, withRoomFor(room, storage)]),
  );
  const summary = {
    run,
    name: loaded.name,
    outcome,
    seconds: 1,
    sets: [],
    failures: [],
    failedTasks: 0,
    skippedTasks: 0,
    liveJobs: 0,
  };
  const code = await recordAfterRun(context, { loaded, providers: { storages }, summary }, () =>
    context.output.print('{"type":"summary"}'),
  );
  return { code, run, stdout: call.stdout.text, stderr: call.stderr.text };
}

function published(project: Project, run: string): string[] {
  const folder = join(project.folder, `archive/runs/melt-${run}`);
  return existsSync(folder) ? readdirSync(folder) : [];
}

async function ran(code: number): Promise<Project> {
  const project = new Project({ 'project.yaml': PROJECT, code: String(code) });
  await project.call('run', '--set', 'records=null');
  return project;
}

const ROOM = 1000;

describe('the end of a run', () => {
  it('publishes its record where the project says, and says where that is', async () => {
    using project = await ran(0);
    const ended = await end(project, ['run'], ROOM, 'succeeded');

    expect(ended.code).toBe(0);
    expect(ended.stderr).toBe(`record of 1 output (2 B): archive:runs/melt-${ended.run}/\n`);
    expect(published(project, ended.run)).toContain('ro-crate-metadata.json');
  });

  it('keeps the exit code of a run that failed, and publishes its record', async () => {
    using project = await ran(1);
    const ended = await end(project, ['run'], ROOM, 'failed');

    expect(ended.code).toBe(1);
    expect(published(project, ended.run)).toContain('ro-crate-metadata.json');
  });

  it('publishes nothing of a run that goes on later', async () => {
    using project = await ran(0);
    const ended = await end(project, ['run'], ROOM, 'stopped');

    expect(ended.code).toBe(3);
    expect(published(project, ended.run)).toEqual([]);
  });

  it('ends with 1 when the storage is full, says why and what to do, and the run stays as it is', async () => {
    using project = await ran(0);
    const ended = await end(project, ['run'], 3, 'succeeded');

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('STORAGE_FULL');
    expect(ended.stderr).toContain(`the record of run ${ended.run} was not published`);
    expect(ended.stderr).toContain(`orchestrate record ${ended.run}`);
    expect(published(project, ended.run)).not.toContain('ro-crate-metadata.json');
    expect(published(project, ended.run)).toHaveLength(3);

    expect((await project.call('status', '--json')).stdout).toContain('"state":"succeeded"');
    expect((await project.call('record', ended.run)).code).toBe(0);
    expect(published(project, ended.run)).toContain('ro-crate-metadata.json');
  });

  it('tells programs of the record, or of its failure, before the summary', async () => {
    using project = await ran(0);
    const good = await end(project, ['run', '--json'], ROOM, 'succeeded');
    const bad = await end(project, ['run', '--json'], 0, 'succeeded');

    expect(jsonLines(good.stdout)).toEqual([
      expect.objectContaining({ type: 'record', address: `archive:runs/melt-${good.run}/` }),
      { type: 'summary' },
    ]);
    expect(jsonLines(bad.stdout)).toEqual([
      {
        type: 'record',
        run: bad.run,
        error: expect.objectContaining({ code: 'STORAGE_FULL' }) as unknown,
      },
      { type: 'summary' },
    ]);
    expect(bad.code).toBe(1);
  });

  it('is told of a place that cannot take a record', async () => {
    using project = await ran(0);
    project.write('archive/runs', 'a file where the folder would be');
    const ended = await end(project, ['run'], ROOM, 'succeeded');

    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('STORAGE_CONFLICT');
    expect(readFileSync(join(project.folder, 'archive/one.txt'), 'utf8')).toBe('1\n');
  });
});
