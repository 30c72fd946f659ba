/**
 * A new process that runs one function. As Lambda does, it loads the bundle, waits until it is ready and calls the handler with an event; then
 * it repeats the call. Plain JavaScript, because a transpiler would be measured too. Writes its times to file descriptor 3; they count from the
 * process's start.
 */
const { writeSync } = require('node:fs');

const [bundle = '', eventText = '', warmCalls = '0'] = process.argv.slice(2);
const event = JSON.parse(eventText);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
// `performance` would load a module, for the function too.
const now = () => ({ ms: process.uptime() * 1000, cpuMs: cpuMs() });

/**
 * Stops after a second of CPU time, as a password takes a tenth of one.
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
  // The deployed entry point also awaits it.
  await primed;
  const ready = now();
  const result = await handler(event);
  const answered = now();
  // The second batch is warm: hot code is compiled.
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
