/** The page of examples/account-deletion in a real browser, against the whole backend. */
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { startApi, type TestApi } from '../support/api';
import { openBrowser } from '../support/browser';

const FOLDER = join(__dirname, '../../examples/account-deletion');
const ADDRESS = 'https://api.example.com/';
const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html',
  '.js': 'text/javascript',
};

let api: TestApi;
let host: Server;
let origin: string;
/** What the page's host was asked for. */
let hostRequests: IncomingMessage[];

const phone = openBrowser({ width: 390, height: 844 });

beforeAll(async () => {
  host = createServer(async (request, response) => {
    hostRequests.push(request);
    const name = request.url === '/' ? '/index.html' : request.url!;
    const file = await readFile(join(FOLDER, name), 'utf8').catch(() => undefined);
    const headers = { 'Content-Type': TYPES[extname(name)] ?? 'text/plain', 'Cache-Control': 'no-store' };
    // As the README says.
    response.writeHead(file === undefined ? 404 : 200, headers).end(file?.replace(ADDRESS, `${api.url}/`));
  });
  await new Promise<void>((resolve) => host.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(host.address() as AddressInfo).port}`;
  const settings = {
    messages: 'eventbridge',
    deletionUrl: `${origin}/#uid={uid}&token={token}`,
    corsOrigins: origin,
    rateLimits: 'on',
  };
  api = await startApi({ settings });
}, 120_000);

afterAll(async () => {
  await api?.close();
  host.close();
});

beforeEach(() => {
  hostRequests = [];
});

const opened = async (link = `${origin}/`): Promise<Page> => {
  const page = await phone.context.newPage();
  await page.goto(link);
  return page;
};

const emailField = (page: Page) => page.getByLabel('E-mail address');
const requestButton = (page: Page) => page.getByRole('button', { name: 'Send me a link' });
const deleteButton = (page: Page) => page.getByRole('button', { name: 'Delete my account' });

/** Waits for the words. */
const saying = (page: Page, words: string) => page.getByRole('status').filter({ hasText: words }).waitFor();

const login = async (username: string) =>
  (await api.call('POST', '/api/api-token-auth/', { body: { username, password: 'password123' } })).status;

async function requestLink(email: string): Promise<string> {
  await api.call('POST', '/api/auth/users/request_deletion/', { body: { email } });
  return linkTo(email);
}

/** From the message to an address. */
async function linkTo(email: string): Promise<string> {
  for (;;) {
    const { body } = await api.call('GET', `/_local/outbox/?to=${email}&purpose=deletion`);
    const [message] = body.messages;
    if (message) return message.link;
    await pause(20);
  }
}

const tokenOf = (link: string): string => new URLSearchParams(new URL(link).hash.slice(1)).get('token')!;

const sentToApi = () => phone.requests.filter((request) => request.url().startsWith(api.url));

/** Without scrolling sideways. */
const fits = (page: Page) => page.evaluate<boolean>('document.documentElement.scrollWidth <= innerWidth');

it('has the address of the API in one place', async () => {
  const files = await Promise.all(
    ['index.html', 'page.js', 'page.css'].map((name) => readFile(join(FOLDER, name), 'utf8')),
  );
  expect(files.join('').split(ADDRESS)).toHaveLength(2);
});

it('asks for the address, by keyboard, and the message comes', async () => {
  const { email } = await api.signup();
  const page = await opened();
  await page.keyboard.press('Tab');
  await page.keyboard.type(email);
  await page.keyboard.press('Enter');
  await saying(page, 'a message with a link is on its way');
  expect(await emailField(page).isVisible()).toBe(false);
  const link = await linkTo(email);
  expect(link).toMatch(new RegExp(`^${origin}/#uid=[\\w-]+&token=[\\w-]+$`));
  expect(sentToApi().map((request) => request.method())).toEqual(['POST']);
  expect(phone.complaints).toEqual([]);
});

it('says the same of an address that nobody has', async () => {
  const page = await opened();
  await emailField(page).fill('nobody@example.com');
  await requestButton(page).click();
  await saying(page, 'a message with a link is on its way');
});

it('asks again for an address that is none', async () => {
  const page = await opened();
  await emailField(page).fill('nobody');
  await requestButton(page).click();
  await saying(page, 'Please enter a valid e-mail address.');
  expect(await emailField(page).inputValue()).toBe('nobody');
});

it('sends nothing when the link is opened a hundred times; a click deletes the account, once', async () => {
  const { email, username } = await api.signup();
  const link = await requestLink(email);
  const scanned = await phone.context.newPage();
  for (let time = 0; time < 100; time++) {
    await scanned.goto('about:blank');
    await scanned.goto(link);
    await deleteButton(scanned).waitFor();
  }
  expect(sentToApi()).toEqual([]);
  expect(await login(username)).toBe(200);

  const page = await opened(link);
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await saying(page, 'Your account was deleted.');
  expect(await deleteButton(page).isVisible()).toBe(false);
  expect(await page.evaluate('document.activeElement.id')).toBe('status');
  expect(await login(username)).toBe(400);

  const again = await opened(link);
  await deleteButton(again).click();
  await saying(again, 'This link is not valid any more');
  expect(await requestButton(again).isVisible()).toBe(true);
  expect(phone.complaints).toEqual([]);
}, 120_000);

it('keeps the token out of the address bar, the history, its host and every header', async () => {
  const { email } = await api.signup();
  const link = await requestLink(email);
  const token = tokenOf(link);
  const page = await opened(link);
  await deleteButton(page).waitFor();
  const expectNoToken = async () => {
    expect(page.url()).toBe(`${origin}/`);
    const devTools = await phone.context.newCDPSession(page);
    const { entries } = await devTools.send('Page.getNavigationHistory');
    expect(entries.map(({ url }) => url)).toEqual(['about:blank', `${origin}/`]);
  };
  await expectNoToken();
  await deleteButton(page).click();
  await saying(page, 'Your account was deleted.');
  await expectNoToken();
  expect(hostRequests.length).toBeGreaterThan(0);
  for (const { url, rawHeaders } of hostRequests) {
    expect(rawHeaders.map((text) => text.toLowerCase())).not.toContain('referer');
    expect([url, ...rawHeaders].join('\n')).not.toContain(token);
  }
  for (const request of phone.requests) {
    const headers = await request.allHeaders();
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['referer']));
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining(['authorization']));
    expect(`${request.url()} ${JSON.stringify(headers)}`).not.toContain(token);
  }
});

it('asks nobody but its host and the API, and its policy lets it ask nobody else', async () => {
  const { email } = await api.signup();
  const page = await opened(await requestLink(email));
  await deleteButton(page).click();
  await saying(page, 'Your account was deleted.');
  expect(new Set(phone.requests.map((request) => new URL(request.url()).origin))).toEqual(
    new Set([origin, new URL(api.url).origin]),
  );
  expect(phone.complaints).toEqual([]);

  const elsewhere = 'http://127.0.0.1:9/';
  const outcome = await page.evaluate(`fetch('${elsewhere}').then(() => 'sent', () => 'refused')`);
  expect(outcome).toBe('refused');
  expect(phone.complaints.join()).toContain(
    'violates the following Content Security Policy directive: "connect-src',
  );
});

it('takes a link that is opened in its own tab', async () => {
  const { email } = await api.signup();
  const page = await opened();
  await emailField(page).waitFor();
  const link = await requestLink(email);
  await page.goto(link);
  await deleteButton(page).waitFor();
  expect(page.url()).toBe(`${origin}/`);
});

it('says so when the API cannot be reached, and goes on when it can', async () => {
  const { email } = await api.signup();
  const page = await opened(await requestLink(email));
  await phone.context.setOffline(true);
  await deleteButton(page).click();
  await saying(page, 'We could not reach the service.');
  await phone.context.setOffline(false);
  await deleteButton(page).click();
  await saying(page, 'Your account was deleted.');
});

it.each([390, 320])('fits a screen of %d pixels', async (width) => {
  const { email } = await api.signup();
  const link = await requestLink(email);
  const page = await opened();
  await page.setViewportSize({ width, height: 844 });
  expect(await fits(page)).toBe(true);
  await emailField(page).fill(email);
  await requestButton(page).click();
  await saying(page, 'a message with a link is on its way');
  expect(await fits(page)).toBe(true);
  await page.goto(link);
  await deleteButton(page).waitFor();
  expect(await fits(page)).toBe(true);
});

it('says how long to wait after too many requests', async () => {
  const request = () =>
    api.call('POST', '/api/auth/users/request_deletion/', { body: { email: 'a@b.example' } });
  let reply = await request();
  while (reply.status === 204) reply = await request();
  expect(reply.status).toBe(429);
  const page = await opened();
  await emailField(page).fill('nobody@example.com');
  await requestButton(page).click();
  await saying(page, 'Too many attempts. Please try again in');
  const minutes = Math.ceil(Number(reply.headers.get('Retry-After')) / 60);
  expect(await page.getByRole('status').textContent()).toContain(
    minutes > 1 ? `in ${minutes} minutes` : 'in a minute',
  );
  expect(await emailField(page).inputValue()).toBe('nobody@example.com');
});
