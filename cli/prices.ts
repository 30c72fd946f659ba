/** AWS's prices, and assumptions about a request, for `npm run cost`. */

/** Where AWS publishes the price (source and date of this figure). */
const apiGateway = 'aws.amazon.com/api-gateway/pricing (AWS price list, 2025-11)';
const lambda = 'aws.amazon.com/lambda/pricing (price guides, 2026)';
const dynamoDb = 'aws.amazon.com/dynamodb/pricing/on-demand (price guides, in force since 2024-11)';
const cloudWatch = 'aws.amazon.com/cloudwatch/pricing (price guides, 2026-06)';
const ses = 'aws.amazon.com/ses/pricing (price guides, 2026)';
const eventBridge = 'aws.amazon.com/eventbridge/pricing (price guides, 2026)';
const dataTransfer = 'aws.amazon.com/ec2/pricing/on-demand (price guides, 2026)';

/** List prices of us-east-1, first tier, without the free tier. */
export const prices = {
  millionRestRequests: { usd: 3.5, source: apiGateway },
  millionRuns: { usd: 0.2, source: lambda },
  millionGbSeconds: { usd: 13.3334, source: lambda }, // arm64
  millionReadUnits: { usd: 0.125, source: dynamoDb },
  millionWriteUnits: { usd: 0.625, source: dynamoDb },
  gbMonthStored: { usd: 0.25, source: dynamoDb },
  gbMonthRecoverable: { usd: 0.2, source: dynamoDb },
  gbLogged: { usd: 0.5, source: cloudWatch },
  gbMonthLogKept: { usd: 0.03, source: cloudWatch },
  customMetricMonth: { usd: 0.3, source: cloudWatch },
  alarmMetricMonth: { usd: 0.1, source: cloudWatch },
  dashboardMonth: { usd: 3, source: cloudWatch },
  millionEmails: { usd: 100, source: ses },
  millionBusEvents: { usd: 1, source: eventBridge },
  gbOut: { usd: 0.09, source: dataTransfer },
} as const satisfies Record<string, { usd: number; source: string }>;

/** CPU grows with memory, up to a full core here. https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html */
export const FULL_CORE_MB = 1769;

/** None was measured on Lambda. Milliseconds of work are for a full core. */
export const assumptions = {
  /** A password hash at bcryptCost 10; each step doubles it. Measured: 70 to 75. */
  hashMs: 75,
  /** The rest of a run. Our part measured: 0.01, at first 0.05; the remainder is for Lambda's runtime. */
  runMs: 1,
  /** The work of a call to DynamoDB. Measured without TLS: 0.6 to 0.8 once warm. */
  callMs: 1,
  /** The wait for DynamoDB. AWS: single-digit milliseconds. */
  callWaitMs: 5,
  /** A billed cold start, and the share of runs that have one. Estimated. */
  coldStartMs: 300,
  coldShare: 0.01,
  /** A log line of ours. Measured: 270 to 340. */
  logLineBytes: 400,
  /** What Lambda logs of a run (START, END, REPORT). Counted. */
  platformLogBytes: 300,
  /** A response with headers and TLS. Estimated. */
  responseBytes: 1000,
} as const;

/** Dollars and cents; `< 0.01` instead of 0.00. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.005) return '< 0.01';
  return usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
