/**
 * In a fresh process, as bare as Lambda's: loads a bundle, hands its handler an event twice and says how long each took. Times of the process
 * are from its own start. Plain JavaScript, because whatever would translate it would be measured too.
 */
const { readFileSync, writeSync } = require('node:fs');

const [bundle = '', eventFile = ''] = process.argv.slice(2);
const event = JSON.parse(readFileSync(eventFile, 'utf8'));

function now() {
  const { user, system } = process.cpuUsage();
  return { wallMs: performance.now(), cpuMs: (user + system) / 1000 };
}

async function main() {
  const begun = now();
  const { handler, ready: rehearsed } = require(bundle);
  const ready = now();
  // The entry point waits for it before Lambda is asked for an event.
  await rehearsed;
  const called = now();
  const result = await handler(event);
  const answered = now();
  await handler(event);
  const again = now();
  const marks = { begun, ready, called, answered, again };
  writeSync(1, `\n${JSON.stringify({ marks, result })}\n`);
  process.exit();
}

void main();
