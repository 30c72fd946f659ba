/** The lines of docs/messages.md that reset a password, typed in a shell. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { startApi, type TestApi } from '../support/api';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ settings: { messages: 'eventbridge' } });
});
afterAll(() => api.close());

const [, script = ''] =
  /## Reset a password[^#]*?```sh\n([\s\S]*?)```/.exec(
    readFileSync(join(__dirname, '../../docs/messages.md'), 'utf8'),
  ) ?? [];

const type = async (lines: readonly string[]): Promise<string> => {
  const typed = lines.join('\n').replaceAll('http://127.0.0.1:3000', api.url);
  return (await promisify(execFile)('sh', ['-c', `set -e\n${typed}`])).stdout;
};

it('a password is reset by the five lines of docs/messages.md', async () => {
  const lines = script.trim().split('\n');
  expect(lines).toHaveLength(5);
  expect(await type(lines.slice(0, 2))).toContain('"username":"alice"');
  // A person takes longer than the message.
  for (let count = 0; count === 0; await pause(50))
    count = (await api.call('GET', '/_local/outbox/')).body.messages.length;
  expect(await type(lines.slice(2))).toMatch(/\{"token":"[0-9a-f]{40}"\}$/);
});
