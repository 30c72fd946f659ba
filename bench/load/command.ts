/** `npm run load`: from the command line to the exit code. */
import { accessSync, constants, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { drawChart } from './chart/chart';
import { runLoad } from './load';
import { LoadError } from './load-error';
import { plural } from './numbers';
import { type CommandLine, HELP, readOptions } from './options';
import type { Output } from './output';
import { type Progress, showProgress } from './progress';
import { isClean, report } from './report';
import { describeWrong, MAX_SHOWN } from './wrong-answers';

export interface Surroundings {
  readonly output: Output;
  /** For what has gone wrong. */
  readonly errors: Pick<Output, 'write'>;
  /** Ends the load early; the summary still comes. */
  readonly stop: AbortSignal;
}

/** @returns the exit code. */
export async function load(args: readonly string[], surroundings: Surroundings): Promise<number> {
  try {
    const options = readOptions(args);
    if (options !== 'help') return await loadWith(options, surroundings);
    surroundings.output.write(HELP);
    return 0;
  } catch (error) {
    if (!(error instanceof LoadError)) throw error;
    surroundings.errors.write(`${error.message}\n`);
    return 1;
  }
}

async function loadWith(options: CommandLine, { output, stop }: Surroundings): Promise<number> {
  const { base, users, connections, seconds, seed } = options;
  const file = resolve(options.out);
  mustBeWritable(file);
  output.write(
    `${base}: ${plural(users, 'signup')}, then ${plural(connections, 'connection')} for ${seconds} s; seed ${seed}\n`,
  );
  let progress: Progress | undefined;
  let wrongAnswers = 0;
  const result = await runLoad(options, {
    stop,
    onStart: (tally) => {
      progress = showProgress(tally, output);
    },
    onWrong: (answer) => {
      wrongAnswers += 1;
      if (wrongAnswers <= MAX_SHOWN) progress?.note(describeWrong(answer));
    },
  }).finally(() => progress?.stop());
  output.write(report(result, options));
  writePicture(file, drawChart({ ...result, base, connections, drawnAt: new Date() }));
  output.write(`Picture: ${file}\n`);
  return isClean(result.tally) ? 0 : 1;
}

/** Better known before than after an hour of load. */
function mustBeWritable(file: string): void {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch {
    throw new LoadError(`--out cannot be "${file}": its folder does not exist or cannot be written to.`);
  }
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory())
    throw new LoadError(`--out cannot be "${file}": it is a folder.`);
}

function writePicture(file: string, svg: string): void {
  try {
    writeFileSync(file, svg);
  } catch (error) {
    throw new LoadError(`The picture could not be written: ${(error as Error).message}`);
  }
}
