/** What AWS lets an account have by default, as its own pages say; none was tried. */

export const awsLimits = {
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html */
  itemWrites: 1000,
  /** Of a new table, at once: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/warm-throughput-scenarios.html */
  newTableReads: 12_000,
  newTableWrites: 4000,
  /** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html */
  tableReads: 40_000,
  tableWrites: 40_000,
  /** https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html says that a new account has less; 10 was seen. */
  newAccountConcurrency: 10,
  concurrency: 1000,
  /** A second, for each that may run at once: https://docs.aws.amazon.com/lambda/latest/dg/lambda-concurrency.html */
  runsOfOne: 10,
  /** https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
  gatewayRequests: 10_000,
} as const;
