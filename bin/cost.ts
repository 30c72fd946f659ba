/** `npm run cost`: what the stack costs. `npm run cost -- -c name=value` with settings. */
import { costReport } from '../cli/cost';
import { checkSettings, contextOption, readOptions, run } from '../cli/program';
import { synthesiseStack } from '../cli/synthesised-stack';

run(async () => {
  const { context } = readOptions(process.argv.slice(2), contextOption);
  console.log(costReport(await synthesiseStack(checkSettings(context))));
});
