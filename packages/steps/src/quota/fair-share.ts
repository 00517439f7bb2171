/** A row of what `sshare` prints. */
export interface Share {
  readonly account: string;
  readonly user: string;
  /** 0 to 1; 1 for an account that has used nothing. */
  readonly fairShare: number;
}

/** Reads what `sshare -P` prints: columns parted by `|` under their names. Rows without a factor are passed over. */
export function parseShares(text: string): Share[] {
  const [head = '', ...rows] = text.split('\n').filter((line) => line.includes('|'));
  const names = head.split('|').map((name) => name.trim().toLowerCase());
  const [account, user, factor] = ['account', 'user', 'fairshare'].map((name) =>
    names.indexOf(name),
  );
  return rows.flatMap((row) => {
    const columns = row.split('|').map((column) => column.trim());
    const text = columns[factor ?? -1] ?? '';
    const fairShare = Number(text);
    if (text === '' || !Number.isFinite(fairShare)) return [];
    return [{ account: columns[account ?? -1] ?? '', user: columns[user ?? -1] ?? '', fairShare }];
  });
}
