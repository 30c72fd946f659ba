/** A server of this API in memory that may lie in one way. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type Lie =
  | 'a logged-out token is accepted'
  | 'a refreshed-away token is accepted'
  | 'refresh gives the same token'
  | 'two users have one id'
  | 'a live token is refused now and then'
  | 'logins and signups are throttled'
  | 'logins and signups are throttled after a while'
  | 'refresh is unavailable'
  | 'refresh is not answered'
  | 'everything is an HTML page';

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly headers?: Record<string, string>;
}

const BEARING = { 'Token-Expires-In': '600' };
const REFUSED: Answer = {
  status: 401,
  body: { detail: 'Invalid token.' },
  headers: { 'WWW-Authenticate': 'Token' },
};
const UNAVAILABLE: Answer = { status: 503, body: { detail: 'Service temporarily unavailable.' } };
const THROTTLED: Answer = {
  status: 429,
  body: { detail: 'Request was throttled. Expected available in 57 seconds.' },
  headers: { 'Retry-After': '57' },
};

/** It answers with and without the stage `/dev`. `lie` can be changed at any time. */
export interface FakeServer {
  readonly url: string;
  lie: Lie | undefined;
  /** Called before each request is answered, with how many there were. */
  onRequest: (count: number) => void;
  close(): void;
}

export async function startFake(lie?: Lie): Promise<FakeServer> {
  const fake = { lie, onRequest: (): void => undefined };
  const answerTo = createApi(fake);
  const server = createServer(async (request, response) => {
    send(response, answerTo(request, await text(request)), fake.lie);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(fake, {
    url,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  });
}

function send(response: ServerResponse, answer: Answer | 'none', lie: Lie | undefined): void {
  if (answer === 'none') return void response.destroy();
  if (lie === 'everything is an HTML page')
    return void response.writeHead(404, { 'Content-Type': 'text/html' }).end('<h1>Not here</h1>');
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    ...answer.headers,
  });
  response.end(JSON.stringify(answer.body));
}

function createApi(fake: Pick<FakeServer, 'lie' | 'onRequest'>) {
  const live = new Set<string>();
  let users = 0;
  let requests = 0;
  const issue = (): { token: string } => {
    const token = randomBytes(20).toString('hex');
    live.add(token);
    return { token };
  };
  const signup = (body: string): Answer => {
    const { password: _, ...user } = JSON.parse(body);
    if (fake.lie !== 'two users have one id' || users < 20) users += 1;
    return { status: 201, headers: BEARING, body: { user: { id: users, ...user }, ...issue() } };
  };
  const refresh = (token: string): Answer | 'none' => {
    if (fake.lie === 'refresh is unavailable') return UNAVAILABLE;
    if (fake.lie === 'refresh is not answered') return 'none';
    if (fake.lie === 'refresh gives the same token')
      return { status: 200, headers: BEARING, body: { token } };
    if (fake.lie !== 'a refreshed-away token is accepted') live.delete(token);
    return { status: 200, headers: BEARING, body: issue() };
  };
  const logout = (token: string): Answer => {
    if (fake.lie !== 'a logged-out token is accepted') live.delete(token);
    return {
      status: 200,
      headers: { 'Token-Expires-In': '0' },
      body: { message: 'Successfully logged out.' },
    };
  };
  const isThrottled = (): boolean =>
    fake.lie === 'logins and signups are throttled' ||
    (fake.lie === 'logins and signups are throttled after a while' && users >= 20);
  const isRefused = (token: string): boolean =>
    !live.has(token) || (fake.lie === 'a live token is refused now and then' && requests % 100 === 0);
  return ({ method, url, headers }: IncomingMessage, body: string): Answer | 'none' => {
    requests += 1;
    fake.onRequest(requests);
    const token = headers.authorization?.replace('Token ', '') ?? '';
    const route = `${method} ${url?.replace(/^\/dev/, '')}`;
    const isPublic = /signup|api-token-auth/.test(route);
    if (isPublic && isThrottled()) return THROTTLED;
    if (route === 'POST /api/signup/') return signup(body);
    if (route === 'POST /api/api-token-auth/') return { status: 200, headers: BEARING, body: issue() };
    if (isRefused(token)) return REFUSED;
    if (route === 'POST /api/refresh-token/') return refresh(token);
    if (route === 'POST /api/logout/') return logout(token);
    return { status: 200, headers: BEARING, body: { message: 'Welcome to the Clerk Dashboard!' } };
  };
}
