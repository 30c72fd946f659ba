/** `npm run bench -- [program] [options]`: `functions` is the default program. */
import { bodies } from './bodies';
import { enumeration } from './enumeration';
import { functions } from './functions';
import { growth } from './growth';
import { local } from './local';

/** Each takes the rest of the command line and returns its output. */
const programs: Readonly<Record<string, (args: readonly string[]) => Promise<string>>> = {
  functions,
  enumeration,
  bodies,
  growth,
  local,
};

async function main([first = '', ...others]: readonly string[]): Promise<string> {
  if (first === '' || first.startsWith('-')) return functions([first, ...others].filter(Boolean));
  const program = programs[first];
  if (!program) throw new Error(`There is no program "${first}", only ${Object.keys(programs).join(', ')}.`);
  return program(others);
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
main(process.argv.slice(2)).then(console.log, (error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
