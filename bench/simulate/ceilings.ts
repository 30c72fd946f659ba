/** Which limit a growing app meets first: each by the number of requests a second, in the usual mix, that fill it. */
import type { Template } from '../../local/template/template';
import { aUsersMonth, throttles } from '../../tools/cost/examples';
import { awsLimits } from './aws-limits';
import { growthOf, usersOf } from './growth';

export interface Ceiling {
  readonly limit: string;
  readonly allows: number;
  /** Of that, what one request of the mix takes on average. */
  readonly each: number;
  readonly raisedBy: string;
}

const AWS = 'Service Quotas';
const ITSELF = 'DynamoDB by itself, as traffic grows';

/** In the order in which they are met. */
export const ceilings = (template: Template): readonly Ceiling[] =>
  [...ofSettings(template), ...ofLambda(template), ...ofDynamoDb(template), ofGateway].sort(
    (one, other) => reachedAt(one) - reachedAt(other),
  );

export const reachedAt = ({ allows, each }: Ceiling): number => allows / each;

function ofSettings(template: Template): readonly Ceiling[] {
  const rates = throttles(template);
  if (rates === undefined) return [];
  const total = Object.values(aUsersMonth).reduce((sum, times) => sum + times, 0);
  const ofEach = (limit: string, allows: number, kind: keyof typeof aUsersMonth): Ceiling => ({
    limit,
    allows,
    each: aUsersMonth[kind] / total,
    raisedBy: limit.split(',')[0] ?? limit,
  });
  return [
    ofEach('`requestsPerSecond`, dashboard', rates.each, 'dashboard'),
    ofEach('`hashesPerSecond`, login', rates.eachHashing, 'login'),
    ofEach('`hashesPerSecond`, signup', rates.eachHashing, 'signup'),
  ];
}

function ofLambda(template: Template): readonly Ceiling[] {
  const { runs, concurrency } = oneRequest(template);
  const { newAccountConcurrency, concurrency: usual, runsOfOne } = awsLimits;
  return [
    {
      limit: 'runs a second, new account',
      allows: newAccountConcurrency * runsOfOne,
      each: runs,
      raisedBy: AWS,
    },
    {
      limit: 'functions at once, new account',
      allows: newAccountConcurrency,
      each: concurrency,
      raisedBy: AWS,
    },
    { limit: 'runs a second', allows: usual * runsOfOne, each: runs, raisedBy: AWS },
    { limit: 'functions at once', allows: usual, each: concurrency, raisedBy: AWS },
  ];
}

function ofDynamoDb(template: Template): readonly Ceiling[] {
  const { reads, writes, signups } = oneRequest(template);
  const { itemWrites, newTableReads, newTableWrites, tableReads, tableWrites } = awsLimits;
  return [
    { limit: 'reads of Tokens, new table', allows: newTableReads, each: reads('Tokens'), raisedBy: ITSELF },
    {
      limit: 'writes of Tokens, new table',
      allows: newTableWrites,
      each: writes('Tokens'),
      raisedBy: ITSELF,
    },
    { limit: 'reads of Tokens', allows: tableReads, each: reads('Tokens'), raisedBy: AWS },
    { limit: 'writes of Tokens', allows: tableWrites, each: writes('Tokens'), raisedBy: AWS },
    {
      limit: 'writes of `COUNTER#user`',
      allows: itemWrites,
      each: signups,
      raisedBy: 'a change of the code',
    },
  ];
}

const ofGateway: Ceiling = {
  limit: 'requests to API Gateway',
  allows: awsLimits.gatewayRequests,
  each: 1,
  raisedBy: AWS,
};

const oneRequest = (template: Template) => growthOf(usersOf(1, template), template);
