/** What the authorizer lets through without a principal, under `sam local` all denials: each endpoint must refuse. */
import { listRoutes } from '../../functions/endpoints';
import { proxyEvent } from '../support/events';
import { handlerOf, variablesFor } from '../support/functions';
import { captureLines, type LoggedLines } from '../support/log';
import { token } from '../support/sessions';

let lines: LoggedLines;
beforeAll(() => {
  process.env = {
    ...process.env,
    ...variablesFor({ users: 'users', tokens: 'tokens', outbox: 'outbox', rateLimits: 'limits' }),
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    // Nobody answers there: whoever asked the database would answer 503.
    AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1',
  };
  lines = captureLines();
});
afterAll(() => lines.release());

const passedOn = (context: object) =>
  proxyEvent({
    headers: { Authorization: `Token ${token.text}` },
    authorizer: { principalId: 'anonymous', ...context },
  });

describe.each(listRoutes().filter(({ access }) => access === 'authenticated'))(
  '$method $path',
  ({ name }) => {
    it('answers a denial by the 401 that the gateway makes in AWS, and does nothing', async () => {
      const handler = await handlerOf(name);
      expect(await handler(passedOn({ detail: 'Invalid token.' }))).toEqual({
        statusCode: 401,
        headers: {
          'Content-Type': 'application/json',
          'Cache-Control': 'no-store',
          'WWW-Authenticate': 'Token',
        },
        body: '{"detail":"Invalid token."}',
      });
    });

    it.each([true, 'true'])(
      'answers 403 to a role that may do nothing, and does nothing',
      async (forbidden) => {
        const handler = await handlerOf(name);
        expect(await handler(passedOn({ forbidden }))).toEqual({
          statusCode: 403,
          headers: { 'Content-Type': 'application/json', 'Cache-Control': 'no-store' },
          body: '{"detail":"You do not have permission to perform this action."}',
        });
      },
    );

    it('answers 503 when the authorizer could not ask the database, as the gateway does in AWS', async () => {
      const handler = await handlerOf(name);
      expect(await handler(passedOn({ unavailable: true }))).toMatchObject({
        statusCode: 503,
        headers: { 'Retry-After': '1', 'Cache-Control': 'no-store' },
        body: '{"detail":"Service temporarily unavailable."}',
      });
    });
  },
);
