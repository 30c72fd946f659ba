/** `npm run test:model -- --runs 20000 --seed 1`: the model-based test at any length, with its progress. */
import { playAtLength } from '../support/play-at-length';
import { checkModel } from './commands';
import { startSystem } from './system';

playAtLength(async () => {
  const system = await startSystem();
  return { play: (length) => checkModel(system, length), close: () => system.close() };
});
