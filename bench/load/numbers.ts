const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });

export const plural = (count: number, noun: string): string =>
  `${grouped.format(count)} ${noun}${count === 1 ? '' : 's'}`;
