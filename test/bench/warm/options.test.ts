import { readOptions } from '../../../bench/warm/options';

it('measures the Node.js that runs it unless others are named', () => {
  expect(readOptions([])).toEqual({ nodes: [process.execPath], rounds: 7 });
  expect(readOptions(['--node', '/a', '--node', '/b', '--rounds', '3'])).toEqual({
    nodes: ['/a', '/b'],
    rounds: 3,
  });
});

it.each(['0', '101', '2.5', 'many'])('does not take %s rounds', (rounds) => {
  expect(() => readOptions(['--rounds', rounds])).toThrow(`--rounds cannot be "${rounds}"`);
});
