import { describe, expect, it } from 'vitest';
import { parseShares } from './fair-share.ts';
import { parseQuota, saysNone } from './quota-table.ts';

const QUOTA = `Disk quotas for user me (uid 1000):
     Filesystem  blocks   quota   limit   grace   files   quota   limit   grace
/dev/mapper/home  500*    400     600    6days      12       0       0
fileserver.example.org:/export/very/long/name
                  1000    4000       0               7     100     200
      /dev/none       0       0       0               1       0       0
`;

const LFS = `     /lustre  301204480  419430400 524288000       -  182034       0       0       -
`;

const LFS_WRAPPED = `/lustre/with/a/long/name
                [524288004]* 419430400 524288000 6d23h59m 182034       0       0       -
`;

const SSHARE = `Account|User|RawShares|NormShares|RawUsage|EffectvUsage|FairShare
root|me|1|0.000000|0|0.000000|
climate|me|1|0.010000|120|0.300000|0.420000
glacier|me|1|0.010000|0|0.000000|0.910000
`;

describe('what quota prints', () => {
  it('is read in spite of stars, broken lines and missing limits', () => {
    expect(parseQuota(QUOTA)).toEqual([
      { fileSystem: '/dev/mapper/home', used: 500 * 1024, limit: 400 * 1024 },
      {
        fileSystem: 'fileserver.example.org:/export/very/long/name',
        used: 1000 * 1024,
        limit: 4000 * 1024,
      },
      { fileSystem: '/dev/none', used: 0, limit: Number.POSITIVE_INFINITY },
    ]);
  });

  it('is read with units, and from Lustre', () => {
    expect(parseQuota('/home 500M* 400M 1G')).toEqual([
      { fileSystem: '/home', used: 500 * 1024 ** 2, limit: 400 * 1024 ** 2 },
    ]);
    expect(parseQuota(LFS)).toEqual([
      { fileSystem: '/lustre', used: 301_204_480 * 1024, limit: 419_430_400 * 1024 },
    ]);
    expect(parseQuota(LFS_WRAPPED)).toEqual([
      {
        fileSystem: '/lustre/with/a/long/name',
        used: 524_288_004 * 1024,
        limit: 419_430_400 * 1024,
      },
    ]);
  });

  it('may say that there is none', () => {
    const none = 'Disk quotas for user me (uid 1000): none\n';

    expect(parseQuota(none)).toEqual([]);
    expect(saysNone(none)).toBe(true);
    expect(saysNone(QUOTA)).toBe(false);
  });
});

it('reads the shares that sshare prints', () => {
  expect(parseShares(SSHARE)).toEqual([
    { account: 'climate', user: 'me', fairShare: 0.42 },
    { account: 'glacier', user: 'me', fairShare: 0.91 },
  ]);
});
