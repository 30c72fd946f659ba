/** Questions to a person. They go to stderr, so that stdout is the result alone. */
import { createInterface, type Interface } from 'node:readline';
import { Writable } from 'node:stream';
import { CliError } from '../program';

export interface Terminal {
  /** Whether somebody is there to answer. */
  readonly isInteractive: boolean;
  ask(question: string): Promise<string>;
  /** Without echo. */
  askSecret(question: string): Promise<string>;
  /** A line of the result. */
  print(text: string): void;
  /** A line about what is going on. */
  note(text: string): void;
  close(): void;
}

export function createTerminal(): Terminal {
  let reader: Reader | undefined;
  const ask = (question: string, isSecret: boolean) => {
    reader ??= openReader();
    return reader.read(question, isSecret);
  };
  return {
    isInteractive: process.stdin.isTTY === true && process.stderr.isTTY === true,
    ask: (question) => ask(question, false),
    askSecret: (question) => ask(question, true),
    print: (text) => console.log(text),
    note: (text) => console.error(text),
    close: () => reader?.close(),
  };
}

interface Reader {
  read(question: string, isSecret: boolean): Promise<string>;
  close(): void;
}

/** One for all questions: what was pasted for two of them is not lost in between. */
function openReader(): Reader {
  let isMuted = false;
  const output = new Writable({
    write(chunk, _encoding, done) {
      if (!isMuted) process.stderr.write(chunk);
      done();
    },
  });
  const lines: Interface = createInterface({ input: process.stdin, output, terminal: true, historySize: 0 });
  const typed: string[] = [];
  let waiting: { resolve(line: string): void; reject(error: Error): void } | undefined;
  const stop = () => waiting?.reject(new CliError('Stopped. Nothing was done.'));
  lines.on('line', (line) => {
    if (waiting) waiting.resolve(line);
    else typed.push(line);
    waiting = undefined;
  });
  lines.on('SIGINT', stop);
  lines.on('close', stop);
  return {
    async read(question, isSecret) {
      process.stderr.write(question);
      isMuted = isSecret;
      const line =
        typed.shift() ??
        (await new Promise<string>((resolve, reject) => {
          waiting = { resolve, reject };
        }));
      isMuted = false;
      if (isSecret) process.stderr.write('\n');
      return line;
    },
    close: () => lines.close(),
  };
}
