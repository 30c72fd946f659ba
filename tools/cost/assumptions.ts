/** What no template says. Each figure with how it came to be; none was measured on Lambda. */

/** CPU grows with memory, up to a full core here. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const FULL_CORE_MB = 1769;

interface Assumption {
  readonly value: number;
  readonly unit: string;
  readonly from: string;
}

export const assumptions = {
  hash: {
    value: 75,
    unit: 'ms of a full core for a password hash at bcryptCost 10',
    from: 'measured: 70 to 75 (docs/performance.md); each step doubles it',
  },
  run: {
    value: 1,
    unit: 'ms of a full core for a run besides',
    from: 'our part measured: 0.01, at first 0.05 (docs/performance.md); the rest is for Lambda’s runtime, which was not',
  },
  callWork: {
    value: 1,
    unit: 'ms of a full core for a call to DynamoDB',
    from: 'measured without TLS: 0.6 to 0.8 once warm, at first up to 1.9 (docs/performance.md)',
  },
  callWait: {
    value: 5,
    unit: 'ms of waiting for DynamoDB in a call',
    from: 'AWS speaks of single-digit milliseconds',
  },
  coldStart: {
    value: 300,
    unit: 'ms to start a function anew, which is billed',
    from: 'estimated: code loads in 30 to 60 ms on a full core',
  },
  coldShare: {
    value: 0.01,
    unit: 'of all runs start a function anew',
    from: 'estimated; more while few call',
  },
  ownLine: { value: 350, unit: 'bytes of a log line of ours', from: 'measured: 270 to 340' },
  platformLines: {
    value: 300,
    unit: 'bytes that Lambda itself logs of a run (START, END, REPORT)',
    from: 'counted from their form',
  },
  answer: {
    value: 1000,
    unit: 'bytes sent out with an answer',
    from: 'estimated: body up to 100, headers, TLS',
  },
  user: {
    value: 800,
    unit: 'bytes of a user in storage',
    from: 'measured: three items of 270 together, and 100 for each that DynamoDB adds; rounded up for long names',
  },
  session: {
    value: 500,
    unit: 'bytes of a session in storage',
    from: 'measured: 320, and 100 that DynamoDB adds; rounded up for long device names',
  },
} as const satisfies Record<string, Assumption>;

export type AssumptionName = keyof typeof assumptions;

export const assumed = (name: AssumptionName): number => assumptions[name].value;
