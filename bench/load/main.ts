/** `npm run load -- http://127.0.0.1:3000`: the process around the command. */
import { load } from './command';

const stop = new AbortController();
let stoppedAt = 0;

/** A terminal and npm both deliver one Ctrl-C, so only a later one is a second. */
const TWICE_MS = 1000;

process.on('SIGINT', () => {
  if (stop.signal.aborted && performance.now() - stoppedAt > TWICE_MS) process.exit(130);
  if (!stop.signal.aborted) stoppedAt = performance.now();
  stop.abort();
});

const { stdout, stderr } = process;
const output = {
  write: (text: string) => void stdout.write(text),
  isTerminal: stdout.isTTY,
  get columns() {
    return stdout.columns;
  },
};

load(process.argv.slice(2), {
  output,
  errors: { write: (text) => void stderr.write(text) },
  stop: stop.signal,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
