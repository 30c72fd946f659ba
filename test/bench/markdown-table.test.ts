import { markdownTable } from '../../bench/markdown-table';

it('has its first column to the left and the others to the right', () => {
  const rows = [
    ['', 'ms', 'times'],
    ['login', '80', '1.0'],
  ];
  expect(markdownTable(rows)).toBe('|  | ms | times |\n| --- | --: | --: |\n| login | 80 | 1.0 |');
});
