/** `npm run sam:synth`: the template for `sam local` in sam.out, and the example events. `-- -c name=value` with settings. */
import { join } from 'node:path';
import { withMessages } from '../cli/local-messages';
import { checkSettings, contextOption, readOptions, run } from '../cli/program';
import { writeEvents } from '../cli/sam-events';
import { constructId } from '../lib/auth-function';
import { synthesise } from '../local/synthesise';

const PROJECT = join(__dirname, '..');

run(async () => {
  const { context } = readOptions(process.argv.slice(2), contextOption);
  // The setting sam requires stage dev, whatever cdk.json says.
  const { settings } = withMessages(checkSettings(context));
  await synthesise(join(PROJECT, 'sam.out'), ['stage=dev', ...settings, 'sam=on']);
  writeEvents(join(PROJECT, 'events'));
  console.log(
    [
      'The template for sam local is in sam.out. Next, in two terminals:',
      '  npm run sam:db',
      `  sam local invoke ${constructId('signup')} -e events/signup.json`,
      'The first prints which --add-host the second may need.',
    ].join('\n'),
  );
});
