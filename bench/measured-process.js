/**
 * A fresh process with one function in it. In Lambda's own order it loads the bundle, waits until it is ready and hands its handler an
 * event; then it hands it the same event again and again. Plain JavaScript, because a translator would be measured too.
 * Writes its times to file descriptor 3. Those of the process count from its own start.
 */
const { writeSync } = require('node:fs');

const [bundle = '', eventText = '', warmCalls = '0'] = process.argv.slice(2);
const event = JSON.parse(eventText);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const now = () => ({ ms: performance.now(), cpuMs: cpuMs() });

/**
 * Ends after a second of CPU time, as a password takes a tenth of one.
 * @param {(event: unknown) => Promise<unknown>} handler
 * @param {number} most
 */
async function measureCpu(handler, most) {
  const before = cpuMs();
  let calls = 0;
  for (; calls < most && cpuMs() < before + 1000; calls += 1) await handler(event);
  return { calls, cpuMsPerCall: (cpuMs() - before) / calls };
}

async function main() {
  const { handler, ready: primed } = require(bundle);
  const loaded = now();
  // The entry point waits for it before Lambda is asked for an event.
  await primed;
  const ready = now();
  const result = await handler(event);
  const answered = now();
  // By the second batch the code that is used most is compiled.
  const warmUp = await measureCpu(handler, 2 * Number(warmCalls));
  const warm = await measureCpu(handler, Number(warmCalls));
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const calls = 1 + warmUp.calls + warm.calls;
  writeSync(
    3,
    JSON.stringify({ loaded, ready, answered, result, calls, warmCpuMs: warm.cpuMsPerCall, peakMb }),
  );
  process.exit();
}

void main();
