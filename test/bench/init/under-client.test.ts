import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientTable, startUnder } from '../../../bench/init/under-client';
import { BUNDLE_FILE, writeEntryPoint } from '../../../lib/bundled-code';

const folder = mkdtempSync(join(tmpdir(), 'under-client-'));
afterAll(() => rmSync(folder, { recursive: true }));

const client = join(__dirname, 'runtime-client.js');

function startOf(bundle: string) {
  writeFileSync(join(folder, BUNDLE_FILE), bundle);
  writeEntryPoint(folder);
  writeFileSync(join(folder, 'event.json'), '{"path":"/api/"}');
  const files = { bundle: join(folder, BUNDLE_FILE), event: join(folder, 'event.json') };
  return startUnder({ node: process.execPath, client }, { name: 'dashboard', ...files, environment: {} });
}

const handling = (body: string): string => `exports.handler = async (event) => { ${body} };`;

it('hands the function its event when it asks, and takes its answer', async () => {
  const answer = 'if (event.path === "/api/") return { statusCode: 200 };';
  const { asks, answers } = await startOf(handling(answer));
  expect(asks).toBeGreaterThan(0);
  expect(answers).toBeGreaterThan(0);
});

it.each([
  ['answers badly', handling('return { statusCode: 503 };'), 'dashboard answered {"statusCode":503}.'],
  [
    'throws',
    handling('throw new TypeError("No.");'),
    'dashboard answered {"errorType":"TypeError","errorMessage":"No."}.',
  ],
  [
    'cannot be loaded',
    'throw new TypeError("No.");',
    'dashboard answered {"errorType":"TypeError","errorMessage":"No."}.',
  ],
  ['ends', handling('process.exit(3);'), 'dashboard ended with 3.'],
])('measures nothing of a function that %s', async (_, bundle, message) => {
  await expect(startOf(bundle)).rejects.toThrow(message);
});

it('has a row for each function', () => {
  const starts = new Map([
    [
      'login',
      [
        { asks: 90, answers: 12 },
        { asks: 80, answers: 10 },
        { asks: 70, answers: 20 },
      ],
    ],
  ]);
  expect(clientTable(starts).split('\n')[2]).toBe('| login | 80.0 (70.0-90.0) | 12.0 (10.0-20.0) |');
});
