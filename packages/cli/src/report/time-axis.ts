/** Marks of a time axis from `from` to `to`, milliseconds since the beginning, at most about eight. Also runs on the page: uses nothing from outside of itself. */
export function timeTicks(from: number, to: number): (readonly [at: number, label: string])[] {
  const steps = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 1.5e4, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5,
    18e5, 36e5, 72e5, 108e5, 216e5, 432e5, 864e5, 1728e5, 6048e5, 24192e5, 72576e5,
  ];
  const step = steps.find((one) => (to - from) / one <= 8) ?? 316e8;
  const text = (at: number): string => {
    if (step < 1000) return `${String(Number((at / 1000).toFixed(3)))} s`;
    const seconds = Math.round(at / 1000);
    if (step < 6e4 && to < 6e5) return `${seconds} s`;
    const two = (value: number): string => String(value).padStart(2, '0');
    const [days, hours, minutes] = [
      Math.floor(seconds / 86400),
      Math.floor(seconds / 3600) % 24,
      Math.floor(seconds / 60) % 60,
    ];
    if (step >= 864e5) return `${days} d`;
    const clock = `${Math.floor(seconds / 3600)}:${two(minutes)}${step < 6e4 ? `:${two(seconds % 60)}` : ''}`;
    return days > 0 && step >= 36e5 ? `${days} d ${hours} h` : `${clock} h`;
  };
  const ticks: (readonly [number, string])[] = [];
  for (let at = Math.ceil(from / step) * step; at <= to; at += step) ticks.push([at, text(at)]);
  return ticks;
}
