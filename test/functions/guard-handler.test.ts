import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { newLiveToken } from '../fuzz/live-user';
import { startDatabase, type TestDatabase } from '../support/database';
import { proxyEvent } from '../support/events';
import { handlerOf, variablesFor } from '../support/functions';
import { captureLines, type LoggedLines } from '../support/log';

const environmentBefore = process.env;
let database: TestDatabase;
let lines: LoggedLines;
let handler: (event: APIGatewayRequestAuthorizerEvent) => Promise<unknown>;

beforeAll(async () => {
  process.env = { ...environmentBefore };
  database = await startDatabase();
  Object.assign(process.env, variablesFor(database.tables), { ADMITTED_ROLES: 'ADMIN' });
  handler = await handlerOf('guard');
  lines = captureLines();
});

afterAll(async () => {
  lines.release();
  await database.close();
  process.env = environmentBefore;
});

const methodArn = 'arn:aws:execute-api:eu-west-1:123456789012:abc/prod/DELETE/reports/7';
const eventWith = (text: string): APIGatewayRequestAuthorizerEvent =>
  ({ ...proxyEvent({ headers: { Authorization: `Token ${text}` } }), methodArn }) as any;

async function tokenOf(role: string): Promise<string> {
  const text = await newLiveToken(database);
  const user = (await database.items('users')).find(({ pk }) => pk === `USER#${text.slice(0, 10)}`);
  await database.put('users', { ...user, role });
  return text;
}

describe('the handler of a guard', () => {
  it('allows, denies, or rejects with the one word that API Gateway answers 401 to', async () => {
    const effectOf = async (text: string) => {
      const answer: any = await handler(eventWith(text));
      return [answer.policyDocument.Statement[0].Effect, answer.context];
    };
    const [effect, context] = await effectOf(await tokenOf('ADMIN'));
    expect([effect, context]).toEqual(['Allow', expect.objectContaining({ role: 'ADMIN' })]);
    expect(await effectOf(await tokenOf('CLERK'))).toEqual(['Deny', {}]);
    for (const text of ['', 'nonsense', '0'.repeat(40)])
      await expect(handler(eventWith(text))).rejects.toEqual(new Error('Unauthorized'));
  });
});
