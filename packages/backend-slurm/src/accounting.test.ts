import { describe, expect, it } from 'vitest';
import { accountCommand, controllerCommand, parseAccount, parseController } from './accounting.ts';

describe('parseAccount', () => {
  it('reads what sacct says of jobs that are over', () => {
    const text = [
      '31|COMPLETED|0:0|p1|None|a-1',
      '32|CANCELLED by 1000|0:15|None assigned|None|b-1',
      '33_4|OUT_OF_MEMORY|0:125|p[1-2]|None|name|with|bars',
      '34_[5-9]|CANCELLED|0:0|None assigned|None|c-1',
      '35|FAILED|3:0|p1|NonZeroExitCode|d-1',
      'sacct: error: Problem talking to the database',
      '',
    ].join('\n');

    expect(parseAccount(text)).toMatchObject([
      { id: { job: '31', tasks: [] }, state: 'COMPLETED', code: 0, signal: 0, nodes: 'p1' },
      { state: 'CANCELLED by 1000', signal: 15, nodes: '' },
      { id: { job: '33', tasks: [[4, 4]] }, signal: 125, nodes: 'p[1-2]', name: 'name|with|bars' },
      { id: { tasks: [[5, 9]] }, nodes: '' },
      { state: 'FAILED', code: 3, signal: 0, reason: 'NonZeroExitCode' },
    ]);
  });
});

describe('accountCommand', () => {
  it('looks back far enough, whole minutes', () => {
    expect(accountCommand({ ids: ['1', '2'] }, 61_000)).toMatch(/ -j 1,2 -S now-2minutes /);
    expect(accountCommand({ ids: ['1'] }, 0)).toContain('-S now-1minutes');
  });

  it('keeps names from the shell', () => {
    expect(accountCommand({ names: ['a;reboot', 'b'] }, 0)).toContain(`--name='a;reboot,b'`);
  });
});

describe('parseController', () => {
  it('reads jobs, tasks of arrays and what of an array never started', () => {
    const text = [
      'JobId=41 JobName=a-1 UserId=x(1) State=x JobState=NODE_FAIL Reason=NodeDown Dependency=(null) ExitCode=0:9 NodeList=p3 BatchHost=p3',
      'JobId=43 ArrayJobId=42 ArrayTaskId=7 JobName=b-1 JobState=TIMEOUT Reason=TimeLimit ExitCode=0:15 NodeList=p1',
      'JobId=42 ArrayJobId=42 ArrayTaskId=8-9,12 JobName=b-1 JobState=CANCELLED Reason=None ExitCode=0:0 NodeList=(null)',
      '',
      'slurm_load_jobs error: Invalid job id specified',
    ].join('\n');

    expect(parseController(text)).toMatchObject([
      { id: { job: '41', tasks: [] }, name: 'a-1', state: 'NODE_FAIL', signal: 9, nodes: 'p3' },
      { id: { job: '42', tasks: [[7, 7]] }, state: 'TIMEOUT', reason: 'TimeLimit' },
      {
        id: {
          job: '42',
          tasks: [
            [8, 9],
            [12, 12],
          ],
        },
        nodes: '',
      },
    ]);
  });

  it('is asked one id at a time: one unknown id would hide the others', () => {
    expect(controllerCommand(['1', '2'])).toBe('scontrol -o show job 1; scontrol -o show job 2');
  });
});
