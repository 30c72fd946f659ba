/**
 * `npm run sam:synth`: the template for `sam local` in sam.out, and the files that it is given with it: env.json and the events.
 * `npm run sam:synth -- -c name=value` passes settings on.
 */
import { join } from 'node:path';
import { synthesise } from '../local/synthesise';
import { fail } from '../tools/command-line';
import { settingsOf } from '../tools/context-options';
import { writeSamFiles } from '../tools/sam/files';
import { samAssembly, samTemplate } from '../tools/sam/places';

const PROJECT = join(__dirname, '..');

async function main(): Promise<void> {
  // Stage dev whatever cdk.json says: there is no other under sam local.
  await synthesise(join(PROJECT, samAssembly), ['stage=dev', ...settingsOf(process.argv.slice(2)), 'sam=on']);
  writeSamFiles(PROJECT);
  console.log(
    [
      `The template for sam local is ${samTemplate}. Next, in two terminals:`,
      '  npm run sam:db',
      '  sam local invoke SignupFunction -e events/signup.json',
      'The first says which --add-host the second may need.',
    ].join('\n'),
  );
}

main().catch(fail);
