/**
 * `npm run bench -- bodies`: CPU milliseconds that each public function spends on hostile bodies of 64 KB before it counts the attempt:
 * no limit bounds this work. `test/security/hostile-bodies.test.ts` sends the same bodies.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';
import { table } from '../cli/table';
import * as loginEndpoint from '../functions/login/endpoint';
import { type LoginDependencies, login } from '../functions/login/login';
import { systemClock } from '../functions/shared/clock';
import { MAX_BODY_BYTES } from '../functions/shared/domain/limits';
import { canonicalUsername } from '../functions/shared/domain/text';
import { createHandler } from '../functions/shared/http/create-handler';
import type { Handler } from '../functions/shared/http/create-responder';
import { createBodyReader } from '../functions/shared/http/fields';
import * as signupEndpoint from '../functions/signup/endpoint';
import { type SignupDependencies, signup } from '../functions/signup/signup';

interface HostileBody {
  readonly title: string;
  readonly type: string;
  readonly text: string;
}

/** Leaves room for the rest of a body. */
const FILL_BYTES = MAX_BODY_BYTES - 1000;
const fill = (unit: string, bytes = FILL_BYTES): string =>
  unit.repeat(Math.floor(bytes / Buffer.byteLength(unit)));
/** Distinct parts, each created from its number. */
function fillWith(part: (number: string) => string, separator: string): string {
  const parts: string[] = [];
  for (let bytes = 0; bytes < FILL_BYTES; bytes += part(String(parts.length)).length + separator.length)
    parts.push(part(parts.length.toString(36)));
  return parts.join(separator);
}

/** Each mark has a lower combining class than those before it, or decomposes to two: the slowest text to normalise. */
const marks = (bytes = FILL_BYTES): string => `a${fill('\u0344', bytes / 2)}${fill('\u0334', bytes / 2)}`;
const good = { username: 'newuser', email: 'newuser@example.com', password: 'password123', role: 'CLERK' };

const json = (title: string, text: string): HostileBody => ({ title, type: 'application/json', text });
const field = (title: string, fields: object): HostileBody =>
  json(title, JSON.stringify({ ...good, ...fields }));
const form = (title: string, text: string): HostileBody => ({
  title: `form: ${title}`,
  type: 'application/x-www-form-urlencoded',
  text,
});
const multipart = (title: string, text: string, boundary = 'B'): HostileBody => ({
  title: `multipart: ${title}`,
  type: `multipart/form-data; boundary=${boundary}`,
  text: `${text}--${boundary}--\r\n`,
});
const part = (attributes: string, value = ''): string =>
  `--B\r\nContent-Disposition: form-data; ${attributes}\r\n\r\n${value}\r\n`;

export const hostileBodies: readonly HostileBody[] = [
  field('username of combining marks', { username: marks() }),
  field('username of 1000 bytes of combining marks', { username: marks(1000) }),
  field('username of 150 letters that expand 18 times', { username: '\ufdfa'.repeat(150) }),
  field('username of letters that expand 18 times', { username: fill('\ufdfa') }),
  field('username of spaces', { username: fill(' ') }),
  field('username of emoji', { username: fill('😀') }),
  json('username of escapes', `{"username":"${fill('\\u0041')}","password":"x"}`),
  json('username of digits', `{"username":${fill('1')},"password":"x"}`),
  json('username of decimals', `{"username":0.${fill('1')},"password":"x"}`),
  field('password of combining marks', { password: marks() }),
  field('password of 4096 bytes of combining marks', { password: marks(4094) }),
  field('password of 128 letters that expand 18 times', { password: '\ufdfa'.repeat(128) }),
  field('password of letters that expand 18 times', { password: fill('\ufdfa') }),
  field('email of combining marks', { email: `${marks()}@example.com` }),
  field('email of labels', { email: `a@${fill('a.')}com` }),
  field('email of hyphens', { email: `a@${fill('a-')}.com` }),
  field('email of long labels', { email: `a@${fill(`${'a'.repeat(62)}-.`)}com` }),
  field('email of letters of other scripts', { email: `a@${'ü'.repeat(248)}.com` }),
  field('email of dots before the @', { email: `${fill('a.')}@example.com` }),
  field('role of control characters', { role: fill('\x01', FILL_BYTES / 6) }),
  field('password like long names', {
    username: 'ab'.repeat(75),
    email: `${'a.b'.repeat(80)}@example.com`,
    password: 'ba'.repeat(36),
  }),
  json(
    'as many members as are read',
    `{${Array.from({ length: 165 }, (_, at) => `"${'x'.repeat(380)}${at}":1`).join()}}`,
  ),
  json('members', `{${fillWith((number) => `"${number}":1`, ',')}}`),
  json('one member again and again', `{${fill('"":1,')}"":1}`),
  json('members of a member', `{"username":{${fillWith((number) => `"${number}":1`, ',')}}}`),
  json('lists in lists', `{"username":${fill('[', FILL_BYTES / 2)}${fill(']', FILL_BYTES / 2)}}`),
  json('objects in objects', `{"username":${fill('{"":', 50_000)}1${'}'.repeat(12_500)}}`),
  json('lists in a list', `{"username":[${fill('[],')}[]]}`),
  json('quotation marks', `{"username":"${fill('\\"')}"}`),
  json('no end', `{"username":"${fill('x')}`),
  form(
    'fields',
    fillWith((number) => number, '&'),
  ),
  form('one field again and again', fill('a&')),
  form('no fields', fill('&')),
  form('pluses', `username=${fill('+')}`),
  form('percent signs', `username=${fill('%')}`),
  form('escaped combining marks', `password=a${fill('%cd%84', 32_000)}${fill('%cc%b4', 32_000)}`),
  multipart(
    'parts',
    fillWith((number) => part(`name="${number}"`), ''),
  ),
  multipart(
    'files',
    fillWith((number) => part(`name="${number}"; filename=""`), ''),
  ),
  multipart(
    'as many files as are read',
    Array.from({ length: 120 }, (_, at) => part(`name="${at}"; filename=""`, 'x'.repeat(400))).join(''),
  ),
  multipart('headers', `--B\r\n${fill('a: b\r\n')}${part('name="a"').slice(5)}`),
  multipart('preamble of line ends', `${fill('\r\n')}${part('name="a"')}`),
  multipart('almost a boundary', part('name="a"', fill('\r\n--'))),
  multipart('long name', part(`name="${fill('%22')}"`)),
  multipart('spaces in a header', part(`${fill(' ')}name="a"`)),
  multipart('parameters of a type', part(`name="a"; filename="b"\r\nContent-Type: ${fill('a;a=b;')}`)),
  multipart('semicolons in a header', part(`${fill(';a')}; name="a"`)),
  { title: 'type of 10 KB', type: `multipart/form-data; ${'a=b;'.repeat(2400)}boundary=B`, text: 'x' },
  { title: 'type of 10 KB of spaces', type: `multipart/form-data; boundary=${' '.repeat(9900)}B`, text: 'x' },
  { title: 'unknown type of 10 KB', type: 'x'.repeat(10_000), text: 'x' },
];

export const hostileEvent = ({ type, text }: HostileBody): APIGatewayProxyEvent =>
  ({
    resource: '/api/hostile',
    httpMethod: 'POST',
    headers: { 'Content-Type': type, 'User-Agent': '\u200b x'.repeat(2000) },
    body: text,
    isBase64Encoded: false,
    requestContext: { requestId: 'request', identity: { sourceIp: '203.0.113.7' } },
  }) as unknown as APIGatewayProxyEvent;

/** The variables that a handler itself reads. */
const environment = { CORS_ORIGINS: 'none', METRICS_NAMESPACE: 'none', SIGNUP_ROLES: 'CLERK' };

/** Refuses the source IP, which is counted first. Only the lookup of the name runs in parallel. */
const stopping = {
  clock: systemClock,
  passwordMinLength: 8,
  rateLimits: { consumeFixedWindow: async () => 1 },
  users: { findLocator: async (username: string) => canonicalUsername(username) },
};

/** The public functions, up to the first count. */
export const uncountedHandlers: Readonly<Record<'login' | 'signup', Handler>> = {
  login: createHandler(
    {
      name: 'login',
      route: loginEndpoint.route,
      environment,
      readBody: createBodyReader(loginEndpoint.endpoint.body, environment),
    },
    (request) => login(request, stopping as unknown as LoginDependencies),
  ),
  signup: createHandler(
    {
      name: 'signup',
      route: signupEndpoint.route,
      environment,
      readBody: createBodyReader(signupEndpoint.endpoint.body, environment),
    },
    (request) => signup(request, stopping as unknown as SignupDependencies),
  ),
};

const RUNS = 7;

/** The minimum of CPU milliseconds of some runs, and the status. */
async function measure(handler: Handler, body: HostileBody): Promise<readonly string[]> {
  const event = hostileEvent(body);
  let milliseconds = Number.POSITIVE_INFINITY;
  let status = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const before = process.cpuUsage();
    status = (await handler(event)).statusCode;
    const { user, system } = process.cpuUsage(before);
    milliseconds = Math.min(milliseconds, (user + system) / 1000);
  }
  return [String(status), milliseconds.toFixed(1)];
}

export async function bodies(): Promise<string> {
  const { write } = process.stdout;
  // Silences the functions' log.
  process.stdout.write = () => true;
  const rows: string[][] = [];
  for (const body of hostileBodies) {
    const cells: string[] = [body.title];
    for (const handler of Object.values(uncountedHandlers)) cells.push(...(await measure(handler, body)));
    rows.push(cells);
  }
  process.stdout.write = write;
  const title = `CPU ms before the attempt is counted, least of ${RUNS} runs, Node.js ${process.version}`;
  return [title, '', table([['body', 'login', 'ms', 'signup', 'ms'], ...rows])].join('\n');
}
