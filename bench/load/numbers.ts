/** Numbers as people read them. */

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const whole = (number: number): string => grouped.format(number);

/** Milliseconds with two digits that count, or all before the point. */
export const milliseconds = (ms: number): string => {
  if (ms >= 10) return whole(ms);
  return ms >= 1 ? ms.toFixed(1) : ms.toFixed(2);
};

export const plural = (count: number, noun: string): string =>
  `${whole(count)} ${noun}${count === 1 ? '' : 's'}`;
