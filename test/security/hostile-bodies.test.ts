/** A sentence about what a body may cost, with the public handlers in this process. `npm run bench -- bodies` shows the milliseconds. */
import { hostileBodies, hostileEvent, uncountedHandlers } from '../../bench/bodies';
import { startDatabase, type TestDatabase } from '../support/database';
import { handlerOf, variablesFor } from '../support/functions';
import { captureLines, type LoggedLines } from '../support/log';

const environmentBefore = process.env;
let database: TestDatabase;
let lines: LoggedLines;

beforeAll(async () => {
  process.env = { ...environmentBefore };
  database = await startDatabase();
  Object.assign(process.env, variablesFor(database.tables));
  lines = captureLines();
});
afterAll(async () => {
  lines.release();
  await database.close();
  process.env = environmentBefore;
});

describe('a hostile body', () => {
  it('58. No input costs more than a few milliseconds before it is charged: every text is bounded before it is normalised, decoded or matched.', async () => {
    const handlers = { login: await handlerOf('login'), signup: await handlerOf('signup') };
    const spy = jest.spyOn(String.prototype, 'normalize');
    for (const [name, handler] of Object.entries(handlers)) {
      for (const body of hostileBodies) {
        spy.mockClear();
        const { statusCode } = await handler(hostileEvent(body));
        expect([body.title, [201, 400, 415, 429].includes(statusCode)]).toEqual([body.title, true]);
        const sizes = spy.mock.contexts.map((text) => Buffer.byteLength(String(text)));
        expect([name, body.title, Math.max(0, ...sizes) <= 4096]).toEqual([name, body.title, true]);
      }
      spy.mockClear();
      await handler(hostileEvent(hostileBodies[0]!));
      expect(spy).toHaveBeenCalled();
    }
    spy.mockRestore();
  });

  it('is answered in few words, whatever the answer repeats of it', async () => {
    for (const handler of Object.values(uncountedHandlers))
      for (const body of hostileBodies)
        expect((await handler(hostileEvent(body))).body.length).toBeLessThan(2000);
  });
});
