/**
 * List prices of us-east-1 in US dollars, first tier, without what is free. They are copied here and not asked of AWS when this runs.
 * `source` is where AWS publishes them today.
 */
export interface Price {
  readonly usd: number;
  /** How many of `unit` the price is for. */
  readonly per: number;
  readonly unit: string;
  readonly source: string;
  /** Where and when this figure was read. */
  readonly readIn: string;
}

const MILLION = 1_000_000;

const apiGateway = { source: 'aws.amazon.com/api-gateway/pricing', readIn: 'AWS price list, 2025-11' };
const lambda = { source: 'aws.amazon.com/lambda/pricing', readIn: 'price guides, 2026' };
const dynamoDb = {
  source: 'aws.amazon.com/dynamodb/pricing/on-demand',
  readIn: 'price guides, in force since 2024-11',
};
const cloudWatch = { source: 'aws.amazon.com/cloudwatch/pricing', readIn: 'price guides, 2026-06' };

export const prices = {
  restRequest: { usd: 3.5, per: MILLION, unit: 'requests to a REST API', ...apiGateway },
  lambdaRequest: { usd: 0.2, per: MILLION, unit: 'runs of a function', ...lambda },
  lambdaTime: { usd: 13.3334, per: MILLION, unit: 'GB-seconds on arm64', ...lambda },
  readUnit: { usd: 0.125, per: MILLION, unit: 'read request units', ...dynamoDb },
  writeUnit: { usd: 0.625, per: MILLION, unit: 'write request units', ...dynamoDb },
  tableStorage: { usd: 0.25, per: 1, unit: 'GB stored for a month', ...dynamoDb },
  pointInTimeRecovery: { usd: 0.2, per: 1, unit: 'GB covered for a month', ...dynamoDb },
  logIngestion: { usd: 0.5, per: 1, unit: 'GB of log written', ...cloudWatch },
  logStorage: { usd: 0.03, per: 1, unit: 'GB of log kept for a month', ...cloudWatch },
  dataOut: {
    usd: 0.09,
    per: 1,
    unit: 'GB sent to the internet',
    source: 'aws.amazon.com/ec2/pricing/on-demand',
    readIn: 'price guides, 2026',
  },
  bucketStorage: {
    usd: 0.023,
    per: 1,
    unit: 'GB in S3 for a month',
    source: 'aws.amazon.com/s3/pricing',
    readIn: 'not looked up; it is next to nothing',
  },
  ownMetric: { usd: 0.3, per: 1, unit: 'metric of our own for a month', ...cloudWatch },
  alarmMetric: { usd: 0.1, per: 1, unit: 'metric in an alarm for a month', ...cloudWatch },
  dashboard: { usd: 3, per: 1, unit: 'dashboard for a month', ...cloudWatch },
} as const satisfies Record<string, Price>;

export const FREE_TIER =
  'The free tier is left out. It does not end for Lambda (1 million runs and 400,000 GB-seconds a month), DynamoDB (25 GB stored), CloudWatch (5 GB of log, 10 metrics, 10 metrics in alarms, 3 dashboards) and data out (100 GB).';

/** What an amount of something costs. */
export const costOf = (amount: number, { usd, per }: Price): number => (amount * usd) / per;

/** One line of a calculation. */
export interface CostLine {
  readonly what: string;
  /** How the sum came about, for a person to follow. */
  readonly arithmetic: string;
  readonly usd: number;
}

export const sumOf = (lines: readonly CostLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

/** Dollars and cents. What is less than a cent is not shown as nothing. */
export function dollars(usd: number): string {
  if (usd > 0 && usd < 0.005) return '< 0.01';
  return usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
}
