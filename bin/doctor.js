/**
 * `npm run doctor`: finds what usually breaks a first deployment, and says what to do. This file needs no package and runs on an old Node.js,
 * because it checks for both.
 */
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { engines } = require('../package.json');

/** @param {string} version */
const numbersIn = (version) =>
  version
    .replace(/[^\d.]/g, '')
    .split('.')
    .map(Number);

/** @returns {string | undefined} */
function obstacle() {
  const [wantedMajor = 0, wantedMinor = 0] = numbersIn(engines.node);
  const [major = 0, minor = 0] = numbersIn(process.versions.node);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor))
    return `problem  Node.js is ${process.versions.node}; ${engines.node} is needed.\n         → Install it from https://nodejs.org.`;
  if (!existsSync(join(__dirname, '..', 'node_modules', 'tsx')))
    return 'problem  The packages are not installed.\n         → npm ci';
  return undefined;
}

const found = obstacle();
if (found) {
  console.log(found);
  process.exitCode = 1;
} else {
  require('tsx/cjs/api').register();
  const { run, readOptions, contextOption, checkSettings } = require('../cli/program.ts');
  const { doctor } = require('../cli/doctor.ts');
  run(async () => {
    const { context } = readOptions(process.argv.slice(2), contextOption);
    const isReady = await doctor(checkSettings(context), process.env);
    process.exit(isReady ? 0 : 1); // A check that timed out may still be at work.
  });
}
