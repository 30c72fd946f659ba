/**
 * A process with one handler in it, as Lambda would have. It calls the handler in batches, one call at a time, and tells the CPU time of
 * each batch: of all its threads, so that compiling and collecting garbage are in it.
 */
export interface Task {
  /** Absolute path of the bundle. */
  readonly file: string;
  readonly event: object;
  /** How many calls each batch has. */
  readonly batches: readonly number[];
}

export interface Outcome {
  readonly nodeVersion: string;
  /** Of each batch, microseconds of CPU for a call. */
  readonly microseconds: readonly number[];
  /** The most memory that the process had, in MB. */
  readonly peakMb: number;
  /** Every status code, or effect of a policy, that the handler has answered with. */
  readonly answers: readonly string[];
}

interface Result {
  readonly statusCode?: number;
  readonly policyDocument?: { readonly Statement: readonly { readonly Effect: string }[] };
}

const answerOf = ({ statusCode, policyDocument }: Result): string =>
  String(statusCode ?? policyDocument?.Statement[0]?.Effect);

async function run({ file, event, batches }: Task): Promise<Outcome> {
  const { handler } = require(file);
  const answers = new Set<string>();
  const microseconds: number[] = [];
  for (const calls of batches) {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call += 1) answers.add(answerOf(await handler(event)));
    const { user, system } = process.cpuUsage(before);
    microseconds.push((user + system) / calls);
  }
  const peakMb = process.resourceUsage().maxRSS / 1024;
  return { nodeVersion: process.version, microseconds, peakMb, answers: [...answers] };
}

process.once('message', async (task: Task) => {
  process.send?.(await run(task), () => process.exit());
});
