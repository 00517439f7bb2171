import { describe, expect, it } from 'vitest';
import { readAnswer } from './submit-answer.ts';

const failed = (text: string) => `sbatch: error: Batch job submission failed: ${text}\n`;

describe('readAnswer', () => {
  it.each([
    ['1234\n', '1234'],
    ['1234;cluster\n', '1234'],
    ['Welcome to the site\n1234\n', '1234'],
  ])('finds the id in %j', (stdout, id) => {
    expect(readAnswer(0, stdout, '')).toEqual({ outcome: 'accepted', id });
  });

  it('takes an id for an id whatever else was said', () => {
    const words = 'sbatch: error: spank: plugin said no\n';
    expect(readAnswer(1, '77\n', words)).toEqual({ outcome: 'accepted', id: '77' });
  });

  // Exit codes and texts as SLURM 22.05 gives them.
  it.each([
    [
      'partition',
      1,
      `sbatch: error: invalid partition specified: nowhere\n${failed('Invalid partition name specified')}`,
    ],
    ['account', 1, failed('Invalid account or account/partition combination specified')],
    ['QoS', 1, failed('Invalid qos specification')],
    [
      'memory',
      1,
      `sbatch: error: Memory specification can not be satisfied\n${failed('Requested node configuration is not available')}`,
    ],
    ['feature', 1, failed('Invalid feature specification')],
    ['array', 1, failed('Invalid job array specification')],
    ['reservation', 1, failed('Requested reservation is invalid')],
    ['node name', 1, failed('Invalid node name specified')],
    ['gres', 1, 'sbatch: error: Invalid generic resource (gres) specification\n'],
    ['time', 255, 'sbatch: error: Invalid --time specification\n'],
    [
      'option',
      255,
      `sbatch: unrecognized option '--no-such-option'\nTry "sbatch --help" for more information\n`,
    ],
    [
      'begin',
      255,
      'Invalid time specification (pos=0): yesterdayx\nsbatch: error: Invalid --begin specification\n',
    ],
    [
      'interpreter',
      1,
      'sbatch: error: This does not look like a batch script.  The first\nsbatch: error: line must start with #! followed by the path to an interpreter.\n',
    ],
    [
      'line ends',
      1,
      'sbatch: error: Batch script contains DOS line breaks (\\r\\n)\nsbatch: error: instead of expected UNIX line breaks (\\n).\n',
    ],
    ['missing sbatch', 127, 'sh: 1: sbatch: not found\n'],
  ])('a refusal of the %s is final', (_, code, stderr) => {
    const answer = readAnswer(code, '', stderr);

    expect(answer.outcome).toBe('rejected');
    expect(answer).toHaveProperty('reason', expect.not.stringContaining('sbatch: error'));
  });

  it.each([
    [
      'submit limit of a QoS',
      `sbatch: error: QOSMaxSubmitJobPerUserLimit\n${failed("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)")}`,
    ],
    [
      'submit limit of an association',
      `sbatch: error: AssocMaxSubmitJobLimit\n${failed("Job violates accounting/QOS policy (job submit limit, user's size and/or time limits)")}`,
    ],
    ['dead controller', failed('Unable to contact slurm controller (connect failure)')],
    ['full controller', failed('Slurm temporarily unable to accept job, sleeping and retrying')],
    ['script that is not visible', 'sbatch: error: Unable to open file /data/x/batch.sh\n'],
  ])('a %s passes', (_, stderr) => {
    expect(readAnswer(1, '', stderr).outcome).toBe('busy');
  });

  it.each([
    ['time is over', failed('Socket timed out on send/recv operation')],
    ['the answer is cut off', failed('Zero Bytes were transmitted or received')],
    ['the answer is another one', failed('Unexpected message received')],
    ['the controller closes', failed('Unable to contact slurm controller (shutdown failure)')],
    ['sbatch was killed', ''],
    ['nobody knows the words', 'sbatch: error: lua: see https://help.example.org\n'],
  ])('leaves the job in doubt when %s', (_, stderr) => {
    expect(readAnswer(1, '', stderr).outcome).toBe('doubtful');
  });

  it('tells that fewer jobs may be taken from that none is', () => {
    const many = failed('Job violates accounting/QOS policy (job submit limit, user size)');

    expect(readAnswer(1, '', many)).toMatchObject({ outcome: 'busy', tooMany: true });
    expect(
      readAnswer(1, '', failed('Unable to contact slurm controller (connect failure)')),
    ).not.toHaveProperty('tooMany');
  });

  it('does not take a number in an error for an id', () => {
    expect(readAnswer(1, '', 'sbatch: error: 1234\n').outcome).not.toBe('accepted');
  });
});
