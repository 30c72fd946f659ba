/** Detects what responds at a URL, and which rows of the contract it cannot show. */

import { randomBytes, randomInt } from 'node:crypto';
import { type EndpointName, routes } from '../functions/endpoints';

/** What the suite in `test/contract` runs against. */
export interface Target {
  /** Without a slash at the end. */
  readonly url: string;
  /** `npm start`, `sam local start-api`, or a deployed stage. */
  readonly kind: 'local' | 'sam' | 'aws';
  /** Whether `corsOrigins` is set, so that the gateway answers preflight requests. */
  readonly answersPreflights: boolean;
  readonly signsUpClerks: boolean;
  readonly passwordMinLength: number;
  /** Whether an account has to wait after a few failed logins. */
  readonly limitsLogins: boolean;
  /** Whether messages to users can be read: `npm start` lists them. */
  readonly readsMessages: boolean;
  /** Every username of the run begins with it. */
  readonly prefix: string;
}

/** Why the suite cannot run, in one line. */
export class CannotRunError extends Error {}

/** Uses letters that are no hex digits, so that no part of a name looks like a part of a token. */
export const newPrefix = (): string =>
  `contract-${Array.from({ length: 6 }, () => 'ghjkmnpqrstvwxyz'[randomInt(16)]).join('')}`;

/** Begins with `Secret`, so that it can be redacted. Valid for any `passwordMinLength`. */
export const newPassword = (): string => `Secret${randomBytes(45).toString('base64url')}`;

/** Relative to the base URL. */
const toPath = (name: EndpointName): string => `${routes[name].path.slice(1)}/`;
const DASHBOARD = toPath('dashboard');
const MOST_FAILED_LOGINS = 12;
/** `sam local` starts a container for the first responses. */
const TIMEOUT_MS = 120_000;

/**
 * Creates no user. Costs a few failed logins of an unknown name.
 * @throws CannotRunError when nothing responds, or something that is not this API.
 */
export async function detectTarget(written: string): Promise<Target> {
  const base = parseBaseUrl(written);
  const headers = { 'Content-Type': 'application/json' };
  const post = (path: string, body: object) =>
    send(base, path, { method: 'POST', body: JSON.stringify(body), headers });
  const first = await send(base, DASHBOARD);
  if (!isOurs(first) && !isOurs(await post(toPath('signup'), {}))) throw notOurs(base, first);
  const clock = await send(base, '_local/clock/');
  const outbox = await send(base, '_local/outbox/');
  const preflight = await send(base, DASHBOARD, {
    method: 'OPTIONS',
    headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' },
  });
  const prefix = newPrefix();
  const clerk = await post(toPath('signup'), { role: 'CLERK' });
  const account = { username: prefix, email: `${prefix}@example.com`, password: 'x7-Kq2w' };
  const tooShort = await post(toPath('signup'), account);
  let limitsLogins = false;
  for (let attempt = 1; attempt <= MOST_FAILED_LOGINS && !limitsLogins; attempt += 1) {
    const login = await post(toPath('login'), { username: prefix, password: newPassword() });
    limitsLogins = login.status === 429;
  }
  const isSam = /werkzeug/i.test(first.headers.get('Server') ?? '');
  const isLocal = clock.status === 200 && 'moved_by_seconds' in clock.body;
  return {
    url: base.href.replace(/\/$/, ''),
    kind: isSam ? 'sam' : isLocal ? 'local' : 'aws',
    answersPreflights: preflight.headers.has('Access-Control-Allow-Methods'),
    signsUpClerks: !('role' in clerk.body),
    passwordMinLength: Number(/at least ([89]|[1-6]\d) characters/.exec(tooShort.text)?.[1] ?? 8),
    limitsLogins,
    readsMessages: outbox.status === 200 && Array.isArray(outbox.body['messages']),
    prefix,
  };
}

function parseBaseUrl(written: string): URL {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new CannotRunError(
      `"${written}" is not a base URL. It must be like http://127.0.0.1:3000 or https://abc.execute-api.eu-west-1.amazonaws.com/dev/`,
    );
  if (url.username || url.password || url.search || url.hash)
    throw new CannotRunError('The base URL must have no user name, password, question mark or #.');
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

type Reply = Awaited<ReturnType<typeof send>>;

async function send(base: URL, path: string, options: RequestInit = {}) {
  try {
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(base.href + path, { redirect: 'manual', signal, ...options });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parseObject(text) };
  } catch (error) {
    const { cause = error } = error as { readonly cause?: unknown };
    const { code, message } = cause as NodeJS.ErrnoException;
    throw new CannotRunError(
      `Cannot reach ${base}: ${code || message}. Is the server running there, and is the URL right?`,
    );
  }
}

/** Empty if the text is not a JSON object. */
function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}

/** One correct response is enough, as the suite finds other faults. A 404 could be from another path of this API. */
const isOurs = ({ status, body }: Reply): boolean =>
  status !== 404 && (typeof body['detail'] === 'string' || Array.isArray(body['username']));

function notOurs(base: URL, { status, headers, text }: Reply): CannotRunError {
  const location = headers.get('Location');
  const answer = location ? `${status}, a redirect to ${location}` : `${status} ${text.slice(0, 100)}`;
  return new CannotRunError(
    `What answers at ${base} is not this API: GET ${base}${DASHBOARD} gave ${answer}. The base URL is what stands before api/, with the stage and without api/ itself.`,
  );
}
