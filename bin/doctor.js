/**
 * `npm run doctor`: what usually breaks a first deployment, and what to do about it. Plain JavaScript that needs no package and an old
 * Node.js, because those may be what is missing.
 */
const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { engines } = require('../package.json');

const PROJECT = join(__dirname, '..');

/** @param {string} version */
const numbersOf = (version) =>
  version
    .replace(/[^\d.]/g, '')
    .split('.')
    .map(Number);

/** @returns {string | undefined} */
function obstacle() {
  const [wantedMajor = 0, wantedMinor = 0] = numbersOf(engines.node);
  const [major = 0, minor = 0] = numbersOf(process.versions.node);
  if (major < wantedMajor || (major === wantedMajor && minor < wantedMinor))
    return `problem  Node.js is ${process.versions.node}; ${engines.node} is needed.\n         → Install it from https://nodejs.org.`;
  if (!existsSync(join(PROJECT, 'node_modules', 'tsx')))
    return 'problem  The packages are not installed.\n         → npm ci';
  return undefined;
}

/** @param {unknown} error */
function fail(error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const found = obstacle();
if (found) {
  console.log(found);
  process.exitCode = 1;
} else {
  // Which Node the SDK will want next year is not the business of someone who deploys for the first time.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
  require('tsx/cjs/api').register();
  require('../tools/doctor/main.ts')
    .doctor(process.argv.slice(2), process.env)
    // What a check has given up on may go on; the process does not wait for it.
    .then((/** @type {number} */ code) => process.exit(code), fail);
}
