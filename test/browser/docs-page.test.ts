/**
 * The page that `npm start` serves, in a real browser, against the whole backend. `SCREENSHOT=docs/api-page.png npm run test:browser`
 * also makes the README's picture.
 */
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { routes } from '../../functions/endpoints';
import { newName, startApi, type TestApi } from '../support/api';
import { openBrowser } from '../support/browser';

jest.setTimeout(120_000);

const { signup, dashboard, refresh, logout } = routes;

const screenshot = process.env['SCREENSHOT'];
const apiDescription = join(__dirname, '../../docs/openapi.json');

let api: TestApi;
const browser = openBrowser({ width: 1280, height: 832 });

beforeAll(async () => {
  // The picture shows the port of `npm start`.
  api = await startApi({ settings: {}, apiDescription, port: screenshot ? 3000 : 0 });
});

afterAll(() => api?.close());

const openPage = async (): Promise<Page> => {
  const page = await browser.context.newPage();
  await page.goto(`${api.url}/_local/docs`);
  return page;
};

const operation = (page: Page, { path }: { path: string }): Locator =>
  page.locator('.opblock', { has: page.locator(`[data-path="${path}"]`) });

/** Opens it, sends its example or another body, and waits for an answer with this status. */
async function execute(operation: Locator, status: number, body?: object): Promise<Locator> {
  const button = operation.getByRole('button', { name: 'Execute' });
  if (!(await button.isVisible())) await operation.locator('.opblock-summary').click();
  if (body) await operation.locator('textarea').fill(JSON.stringify(body));
  await button.click();
  const answer = operation.locator('.live-responses-table tbody');
  await answer.locator('.response-col_status', { hasText: String(status) }).waitFor();
  return answer;
}

/** Waits for the words. */
const says = (answer: Locator, words: string) => answer.filter({ hasText: words }).waitFor();

function signUp(page: Page): Promise<Locator> {
  const username = newName();
  const user = { username, email: `${username}@example.com`, password: 'password123' };
  return execute(operation(page, signup), 201, user);
}

it('signs up by a click on the example and greets the user, who types no token; asks no other host', async () => {
  const page = await openPage();
  await execute(operation(page, signup), 201);
  const answer = await execute(operation(page, dashboard), 200);
  await says(answer, 'Welcome to the Clerk Dashboard!');
  expect(new Set(browser.requests.map((request) => new URL(request.url()).origin))).toEqual(
    new Set([api.url]),
  );
  expect(browser.complaints).toEqual([]);
  if (screenshot) await takePicture(page, screenshot);
});

it('follows a refresh to the successor, and drops the token at a logout', async () => {
  const page = await openPage();
  await signUp(page);
  await execute(operation(page, refresh), 200);
  await execute(operation(page, dashboard), 200);
  await execute(operation(page, logout), 200);
  const answer = await execute(operation(page, dashboard), 401);
  await says(answer, 'Authentication credentials were not provided.');
});

it('drops a token that the API refuses', async () => {
  const page = await openPage();
  await signUp(page);
  await execute(operation(page, routes['logout-all']), 204);
  const answer = await execute(operation(page, dashboard), 401);
  await says(answer, 'Invalid token.');
  await execute(operation(page, dashboard), 401);
  await says(answer, 'Authentication credentials were not provided.');
});

it.each(['', 'Token '])('takes a token that is pasted as "%s…"', async (scheme) => {
  const { token } = await api.signup();
  const page = await openPage();
  await page.getByRole('button', { name: 'Authorize' }).click();
  const dialog = page.locator('.modal-ux');
  await dialog.locator('input').fill(scheme + token);
  await dialog.getByRole('button', { name: 'Apply credentials' }).click();
  await dialog.getByRole('button', { name: 'Close' }).first().click();
  await execute(operation(page, dashboard), 200);
});

it('may ask no other host', async () => {
  const page = await openPage();
  const outcome = await page.evaluate(`fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')`);
  expect(outcome).toBe('refused');
  expect(browser.complaints.join()).toContain('violates the following Content Security Policy directive');
});

/** The signup in one line, the dashboard with its answer. */
async function takePicture(page: Page, path: string): Promise<void> {
  await operation(page, signup).locator('.opblock-summary').click();
  await page.mouse.move(0, 0);
  await page.evaluate('document.activeElement.blur()');
  await page.locator('.opblock-tag-section').first().scrollIntoViewIfNeeded();
  await page.screenshot({ path });
}
