/** `npm run contract -- http://127.0.0.1:3000`: the process around the command. */
import { contract } from '../tools/contract/command';

const stop = new AbortController();
let stoppedAt = 0;

/** A terminal and npm both deliver one Ctrl-C, so only a later one is a second. */
const TWICE_MS = 1000;

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    if (stop.signal.aborted && performance.now() - stoppedAt > TWICE_MS) process.exit(130);
    if (!stop.signal.aborted) stoppedAt = performance.now();
    stop.abort();
  });

const { stdout: output, stderr: errors } = process;

void contract(process.argv.slice(2), { output, errors, stop: stop.signal }).then((code) => {
  process.exitCode = code;
});
