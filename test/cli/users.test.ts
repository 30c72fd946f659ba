/** `npm run users`: every command through its own door, on the database of a running server, which has to obey at the next request. */
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { runTemplate } from '../../local/run';
import { newName, startApi, type TestApi } from '../support/api';
import { assemblyWith } from '../support/assembly';
import { type Operator, operatorOf, runUsers } from '../support/operator';
import { itemsOf, type StoredItems } from '../support/stored-items';

jest.setTimeout(120_000);
const settings = { rateLimits: 'on', events: 'on', messages: 'eventbridge', signupsPerAddress: '1000' };
const before = { ...process.env };
let assembly: string;
let api: TestApi;
let stored: StoredItems;
let operator: Operator;
beforeAll(async () => {
  // Also where AWS_ENDPOINT_URL_DYNAMODB names another database.
  delete process.env['AWS_ENDPOINT_URL_DYNAMODB'];
  assembly = assemblyWith(settings);
  api = await startApi({ assembly });
  stored = itemsOf(api);
  operator = operatorOf(api);
});
afterAll(async () => {
  process.env = before;
  operator.close();
  stored.close();
  await api.close();
});

const command = (words: readonly string[], answers?: readonly string[]) => operator.command(words, answers);
const errorOf = async (words: string[], answers?: string[]) => (await command(words, answers)).error;

/** The JSON of a command that succeeds, but for where and by whom. */
async function json(...words: string[]): Promise<any> {
  const { where, by, ...rest } = await operator.json(...words);
  expect([where, by]).toEqual([`the local server under ${operator.folder}`, 'local']);
  return rest;
}

const use = async (token: string) => (await api.call('GET', '/api/dashboard/', { token })).status;
const login = (username: string, password = 'password123') =>
  api.call('POST', '/api/api-token-auth/', { body: { username, password } });

/** What was delivered so far of a user; waits for so many. */
async function delivered(kind: 'messages' | 'events', id: number, count: number): Promise<string[]> {
  for (let attempt = 0; ; attempt += 1) {
    const { body } = await api.call('GET', '/_local/outbox/');
    const own = body[kind].filter(({ user_id }: any) => String(user_id) === String(id));
    if (own.length >= count || attempt > 100) return own.map((item: any) => item.name ?? item.purpose).sort();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** As a person starts it. */
const start = (...words: string[]) =>
  new Promise<{ code: unknown; out: string; err: string }>((resolve) => {
    const parameters = ['--import', 'tsx', 'bin/users.ts', ...words];
    const options = { cwd: join(__dirname, '../..'), env: process.env };
    execFile(process.execPath, parameters, options, (error, out, err) =>
      resolve({ code: error ? error.code : 0, out, err }),
    );
  });

describe('create', () => {
  it('makes the first administrator with a password that is shown once and works', async () => {
    const name = newName();
    const { user, password } = await json('create', name, '--role', 'ADMIN', '--generate');
    expect(user).toEqual({
      id: expect.any(Number),
      username: name,
      email: '',
      role: 'ADMIN',
      is_active: true,
      email_verified: true,
      owns_email: false,
      pending_email: null,
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      locator: expect.stringMatching(/^[0-9a-f]{10}$/),
    });
    const { token } = (await login(name, password)).body;
    expect((await api.call('GET', '/api/dashboard/', { token })).status).toBe(200);
    expect(await delivered('events', user.id, 1)).toEqual(['user.created']);
    const text = JSON.stringify(await Promise.all([stored.all('users'), stored.all('outbox')]));
    expect(text).not.toContain(password);
  });

  it('asks twice for a password otherwise, and checks all by the rules of a signup', async () => {
    const name = newName();
    const words = ['create', name, '--role', 'CLERK', '--email', `${name}@example.com`];
    expect(await errorOf(words, ['long enough', 'other'])).toBe('These are two passwords. Nothing was done.');
    expect(await errorOf(words, ['short', 'short'])).toMatch(/^password: This password is too short\./);
    expect(await errorOf(words)).toMatch(/^Nobody is here to type a password: add --generate/);
    const { out, notes } = await command(words, ['a long secret', 'a long secret']);
    expect(out).toMatch(
      /^Created user \d+ \(.*\) with the role CLERK\.\n\(the local server under .*, as local\)$/,
    );
    expect(out + notes).not.toContain('a long secret');
    expect((await login(name, 'a long secret')).status).toBe(200);
    expect(await errorOf(words, [])).toBe('Another user has that username.');
    const again = ['create', newName(), '--role', 'CLERK', '--generate', '--email', `${name}@EXAMPLE.com`];
    expect(await errorOf(again)).toBe('Another user has that e-mail address.');
    expect(await errorOf(['create', newName(), '--role', 'BOSS', '--generate'])).toBe(
      'There is no role "BOSS". The roles are CLERK, MANAGER, ADMIN.',
    );
    expect(await errorOf(['create', newName(), '--generate'])).toBe(
      'Which role? --role CLERK, MANAGER, ADMIN.',
    );
    expect(await errorOf(['create', 'a b', '--role', 'CLERK', '--email', 'x', '--generate'])).toMatch(
      /^username: Enter a valid username\. .* email: Enter a valid email address\.$/,
    );
  });
});

describe('list and show', () => {
  it('filter by role and state, and go on where a page ended', async () => {
    const made: number[] = [];
    for (const _ of [1, 2, 3])
      made.push((await json('create', newName(), '--role', 'MANAGER', '--generate')).user.id);
    await json('deactivate', String(made[0]));
    const seen: number[] = [];
    let next: string | null = null;
    do {
      const page = await json(
        'list',
        '--role',
        'MANAGER',
        '--limit',
        '1',
        ...(next ? ['--after', next] : []),
      );
      seen.push(...page.users.map(({ id }: any) => id));
      next = page.next;
    } while (next);
    expect(seen.sort()).toEqual(made.sort());
    expect((await json('list', '--role', 'MANAGER', '--state', 'inactive')).users).toMatchObject([
      { id: made[0] },
    ]);
    const { out } = await command(['list', '--role', 'MANAGER', '--limit', '2']);
    expect(out).toMatch(
      /^id +username +email +role +state\n(\d+ +\S+ +- +MANAGER +(in)?active\n){2}More: --after [0-9a-f]{10}$/,
    );
  });

  it('find a user by id, address and name, and ask when it could be two', async () => {
    const { id, username, email, token } = await api.signup({ username: newName().toUpperCase() });
    for (const text of [String(id), email.toUpperCase(), username.toLowerCase()])
      expect((await json('show', text)).user).toMatchObject({ id, username, email });
    const { sessions } = await json('show', username);
    expect(sessions).toEqual([
      {
        id: expect.any(String),
        created_at: expect.any(String),
        refreshed_at: expect.any(String),
        expires_at: expect.any(String),
        device: 'token-auth-tests',
      },
    ]);
    expect((await command(['show', username])).out).not.toContain(token);
    const other = await api.signup({ username: String(id) });
    expect(await errorOf(['show', String(id)])).toBe(
      `${id} is the id of user ${id} and the username of user ${other.id}. Say which with --by id or --by username.`,
    );
    expect((await json('show', String(id), '--by', 'username')).user.id).toBe(other.id);
    // A username may look like an address.
    const named = await api.signup({ username: email });
    expect((await json('show', email, '--by', 'username')).user.id).toBe(named.id);
    expect(await errorOf(['show', email])).toMatch(
      /is the e-mail address of user \d+ and the username of user/,
    );
  });
});

describe('a change', () => {
  it('of the role holds at the next request, and is an event', async () => {
    const { id, username, token } = await api.signup();
    expect(await json('set-role', username, 'ADMIN')).toEqual({
      id,
      username,
      role: 'ADMIN',
      previous_role: 'CLERK',
      changed: true,
    });
    expect((await api.call('GET', '/api/auth/users/me/', { token })).body.role).toBe('ADMIN');
    expect((await json('set-role', username, 'ADMIN')).changed).toBe(false);
    expect(await errorOf(['set-role', username, 'admin'])).toBe(
      'There is no role "admin". The roles are CLERK, MANAGER, ADMIN.',
    );
    const both = await Promise.all([
      json('set-role', username, 'MANAGER'),
      json('set-role', username, 'CLERK'),
    ]);
    const { role } = (await json('show', username)).user;
    const last = both.find((each) => each.role === role);
    expect(both.map(({ previous_role }) => previous_role).sort()).toEqual(
      ['ADMIN', last.previous_role].sort(),
    );
    expect(await delivered('events', id, 4)).toEqual([...Array(3).fill('role.changed'), 'user.created']);
  });

  it('locks out at the next request; ended sessions stay ended when the user is let in again', async () => {
    const { id, username, token } = await api.signup();
    expect(await json('deactivate', username)).toEqual({ id, username, is_active: false, changed: true });
    expect([await use(token), (await login(username)).status]).toEqual([401, 400]);
    expect((await command(['deactivate', username])).out).toContain(
      `Nothing to do: user ${id} (${username}) is locked out.`,
    );
    expect(await json('activate', username)).toEqual({ id, username, is_active: true, changed: true });
    expect([await use(token), (await login(username)).status]).toEqual([401, 200]);
    expect(await delivered('events', id, 3)).toEqual(['user.activated', 'user.created', 'user.deactivated']);
  });

  it('ends the sessions of one user, or of all, and asks before that', async () => {
    const [one, other] = [await api.signup(), await api.signup()];
    expect(await json('end-sessions', one.username)).toEqual({ id: one.id, username: one.username });
    expect([await use(one.token), await use(other.token)]).toEqual([401, 200]);
    expect(await errorOf(['end-sessions', '--all'])).toMatch(/nobody is here to confirm it: add --yes\.$/);
    expect(await errorOf(['end-sessions', '--all'], ['no'])).toBe('Nothing was done.');
    expect(await use(other.token)).toBe(200);
    expect((await command(['end-sessions', '--all'], ['yes'])).out).toMatch(
      /^Ended the sessions of \d+ users\./,
    );
    expect(await use(other.token)).toBe(401);
    expect(await errorOf(['end-sessions'])).toBe('Whose sessions? Name a user, or give --all.');
  });

  it('sends a message to set a new password, to whom it can reach', async () => {
    const { id, username, email } = await api.signup();
    expect(await json('send-reset', username)).toEqual({ id, username, email });
    expect(await delivered('messages', id, 1)).toEqual(['reset_password']);
    const { user } = await json('create', newName(), '--role', 'CLERK', '--generate');
    expect(await errorOf(['send-reset', String(user.id)])).toMatch(/: there is no e-mail address\.$/);
    await json('deactivate', username);
    expect(await errorOf(['send-reset', username])).toMatch(/: the user is locked out\.$/);
  });

  it('forgets failed logins', async () => {
    const { id, username } = await api.signup();
    for (const _ of Array(7)) await login(username, 'wrong password');
    expect((await login(username)).status).toBe(429);
    const { failures } = await json('unlock', username);
    expect(failures).toBeGreaterThanOrEqual(5);
    expect((await login(username)).status).toBe(200);
    expect((await command(['unlock', username])).out).toContain(`Forgot 0 failed logins of user ${id}`);
  });

  it('deletes a user, during a login too, with everything but the id', async () => {
    const { id, username, email, token } = await api.signup();
    expect(await errorOf(['delete', username], ['y'])).toBe('Nothing was done.');
    const [deletion, ...logins] = await Promise.all([
      json('delete', username),
      ...Array.from(Array(3), () => login(username)),
    ]);
    expect(deletion).toEqual({ id, username });
    const tokens = [token, ...logins.flatMap(({ body }) => body.token ?? [])];
    expect(await Promise.all(tokens.map(use))).toEqual(tokens.map(() => 401));
    expect(await errorOf(['show', String(id)])).toBe(
      `There is no user "${id}" in the local server under ${operator.folder}.`,
    );
    expect((await stored.all('users')).filter(({ locator }) => locator === token.slice(0, 10))).toEqual([]);
    expect(await stored.all('outbox')).toContainEqual(expect.objectContaining({ pk: `DELETED#${id}` }));
    expect(await delivered('messages', id, 1)).toEqual(['account_deleted']);
    expect(await delivered('events', id, 2)).toEqual(['user.created', 'user.deleted']);
    expect((await api.signup({ username, email })).id).toBeGreaterThan(id);
  });
});

describe('after-restore', () => {
  it('ends sessions that live again, deletes again whoever was deleted since, and gives no id twice', async () => {
    const [gone, kept, ahead] = [await api.signup(), await api.signup(), await api.signup()];
    const backup = await stored.all('users');
    await json('delete', gone.username);
    await json('end-sessions', kept.username);
    await json('end-sessions', ahead.username);
    const { token: later } = (await login(ahead.username)).body;
    const lost = await api.signup();
    for (const { pk } of await stored.all('users')) await stored.remove('users', { pk });
    for (const item of backup) await stored.put('users', item);
    expect([await use(kept.token), (await login(gone.username)).status]).toEqual([200, 200]);
    const report = await json('after-restore');
    expect(report).toMatchObject({ deleted_again: 1, sessions_ended: expect.any(Number) });
    expect(report.last_id).toBeGreaterThan(lost.id);
    expect(report.previous_last_id).toBeLessThan(lost.id);
    expect(await Promise.all([kept.token, later, lost.token].map(use))).toEqual([401, 401, 401]);
    expect([(await login(gone.username)).status, (await login(kept.username)).status]).toEqual([400, 200]);
    // Again, as after an interruption.
    expect(await json('after-restore')).toMatchObject({ deleted_again: 0, last_id: report.last_id });
    expect((await api.signup()).id).toBe(report.last_id + 1);
    expect((await json('after-restore', '--last-id', '500000')).last_id).toBe(510_000);
  });
});

describe('without a server', () => {
  it('the engine runs on the same data; what waits in the outbox is tried again and sent at the next start', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'token-auth-own-'));
    const ofLastStart = join(dataDir, 'cdk.out', 'last');
    cpSync(assembly, ofLastStart, { recursive: true });
    writeFileSync(join(ofLastStart, 'warnings.json'), '[]');
    // Left behind by a crash.
    const stale = {
      pid: 2 ** 22 - 1,
      url: api.url,
      dynamoDbEndpoint: api.dynamoDbEndpoint,
      outputs: api.outputs,
    };
    writeFileSync(join(dataDir, 'running.json'), JSON.stringify(stale));
    const options = ['--local', '--data-dir', dataDir, '--json'];
    const run = async (...words: string[]) => {
      const { out, error } = await runUsers([...words, ...options]);
      return error ?? JSON.parse(out);
    };
    const { user } = await run('create', 'alice', '--role', 'ADMIN', '--generate');
    expect(user.id).toBe(1);
    const { messages } = await run('outbox', 'list');
    expect(messages).toEqual([
      {
        id: expect.stringMatching(/^[0-9a-f]{32}$/),
        purpose: 'user.created',
        user_id: 1,
        to: null,
        created_at: expect.any(String),
        expires_at: expect.any(String),
        attempts: 0,
        state: 'waiting',
      },
    ]);
    const { retried } = await run('outbox', 'retry', messages[0].id);
    expect(retried).toEqual([{ id: messages[0].id, new_id: expect.stringMatching(/^[0-9a-f]{32}$/) }]);
    expect(await run('outbox', 'retry', messages[0].id)).toBe(
      `The message ${messages[0].id} is not in the outbox.`,
    );
    expect(await run('outbox', 'retry', '--all')).toMatchObject({
      retried: [{ id: retried[0].new_id }],
      skipped: 0,
    });
    expect(await run('outbox', 'retry')).toBe(
      'Usage: npm run users -- outbox list | retry <id> | retry --all',
    );
    const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
    const output = { stdout: silent, stderr: silent };
    const server = await runTemplate({ assembly, port: 0, dataDir: join(dataDir, 'dynamodb'), output });
    let events: any[] = [];
    while (events.length === 0)
      ({ events } = (await (await fetch(`${server.url}/_local/outbox/`)).json()) as any);
    expect(events).toMatchObject([{ name: 'user.created' }]);
    await server.close();
    rmSync(dataDir, { recursive: true });
  });
});

describe('a stack', () => {
  const SECRET = 'wJalrXUtnFEMI-not-a-real-secret';
  const ARN = 'arn:aws:sts::123456789012:assumed-role/Operators/me';
  interface Answer {
    readonly status?: number;
    readonly body: string;
  }
  const identity = {
    body: `<R><GetCallerIdentityResult><Arn>${ARN}</Arn><Account>123456789012</Account></GetCallerIdentityResult></R>`,
  };
  const xmlError = (code: string): Answer => ({
    status: 400,
    body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>x-amz-security-token:${SECRET}</Message></Error></ErrorResponse>`,
  });
  const jsonError = (type: string, message = SECRET): Answer => ({
    status: 400,
    body: JSON.stringify({ __type: type, message }),
  });
  const stack = (outputs: Readonly<Record<string, string>>): Answer => ({
    body: `<R><DescribeStacksResult><Stacks><member>${'<StackName>S</StackName>'}<Outputs>${Object.entries(
      outputs,
    )
      .map(
        ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
      )
      .join('')}</Outputs></member></Stacks></DescribeStacksResult></R>`,
  });
  let answers: Record<string, Answer> = {};
  const asked: string[] = [];
  const aws = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    asked.push(body);
    const { status = 200, body: answer } = answers[(request.url ?? '').split('/')[1] ?? '']!;
    response.writeHead(status).end(answer);
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => aws.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(aws.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    answers = { sts: identity, cloudformation: stack(api.outputs), dynamodb: jsonError('X') };
    process.env = {
      ...before,
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_MAX_ATTEMPTS: '1',
      AWS_REGION: 'eu-west-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_ENDPOINT_URL_STS: `${url}/sts`,
      AWS_ENDPOINT_URL_CLOUDFORMATION: `${url}/cloudformation`,
      AWS_ENDPOINT_URL_DYNAMODB: api.dynamoDbEndpoint,
    };
  });
  afterAll(() => {
    process.env = before;
    aws.closeAllConnections();
    aws.close();
  });

  const onStack = (words: string[], ...options: string[]) => runUsers([...words, ...options]);

  it('is found by its stage or its name, and says as whom a change was made', async () => {
    const { username, id } = await api.signup();
    const words = ['set-role', username, 'MANAGER'];
    const { out } = await onStack(words, '--stage', 'prod');
    expect(out).toBe(
      `The role of user ${id} (${username}) is now MANAGER; it was CLERK.\n(stack TokenAuth-prod in eu-west-1, as ${ARN})`,
    );
    expect(asked.at(-1)).toContain('StackName=TokenAuth-prod');
    // A backend in a construct of another app's stack.
    const nested = Object.entries(api.outputs).map(([name, value]) => [`Auth${name}0A1B2C3D`, value]);
    answers['cloudformation'] = stack(Object.fromEntries(nested));
    expect(JSON.parse((await onStack(['show', username, '--json'], '--stack', 'Reports')).out)).toMatchObject(
      {
        user: { id, role: 'MANAGER' },
        where: 'stack Reports in eu-west-1',
        by: ARN,
      },
    );
  });

  it.each<[string, { answers?: Record<string, Answer>; variables?: Record<string, string> }, string]>([
    [
      'a missing stack',
      { answers: { cloudformation: xmlError('ValidationError') } },
      'There is no stack TokenAuth-dev in eu-west-1.',
    ],
    [
      'no right to see the stack',
      { answers: { cloudformation: xmlError('AccessDenied') } },
      'AWS: the identity may not call cloudformation:DescribeStacks.',
    ],
    [
      'another stack',
      { answers: { cloudformation: stack({ ApiUrl: 'x' }) } },
      'The stack TokenAuth-dev in eu-west-1 has no output UsersTableName.',
    ],
    ['missing credentials', { variables: { AWS_ACCESS_KEY_ID: '' } }, 'AWS: no credentials.'],
    [
      'expired credentials',
      { answers: { sts: xmlError('ExpiredToken') } },
      'AWS: the credentials have expired.',
    ],
    [
      'credentials that expire meanwhile',
      { answers: { dynamodb: jsonError('ExpiredTokenException') } },
      'AWS: the credentials have expired.',
    ],
    [
      'a throttled table',
      { answers: { dynamodb: jsonError('ProvisionedThroughputExceededException') } },
      'DynamoDB throttles the table.',
    ],
    [
      'a missing table',
      { answers: { dynamodb: jsonError('ResourceNotFoundException') } },
      'A table of the stack does not exist in eu-west-1.',
    ],
    [
      'a missing grant',
      {
        answers: {
          dynamodb: jsonError(
            'AccessDeniedException',
            `${ARN} is not authorized to perform: dynamodb:Scan on ${SECRET}`,
          ),
        },
      },
      'AWS: the identity may not call dynamodb:Scan.',
    ],
    [
      'a wrong region',
      { variables: { AWS_REGION: 'europe' } },
      'AWS: "europe" (AWS_REGION) is not a region.',
    ],
  ])('%s is one line', async (_, given, message) => {
    answers = { ...answers, ...given.answers };
    if (given.answers?.['dynamodb']) process.env['AWS_ENDPOINT_URL_DYNAMODB'] = `${url}/dynamodb`;
    Object.assign(process.env, given.variables);
    const { error, out } = await onStack(['list'], '--stage', 'dev');
    expect([out, error?.slice(0, message.length)]).toEqual(['', message]);
    expect(error).not.toMatch(/\n/);
    expect(error).not.toContain(SECRET);
  });

  it('a database that cannot be reached is one line as well, and the exit code 1', async () => {
    process.env['AWS_ENDPOINT_URL_DYNAMODB'] = 'http://127.0.0.1:9';
    process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
    expect(await start('list', '--stage', 'dev')).toEqual({
      code: 1,
      out: '',
      err: expect.stringMatching(/^AWS: AWS cannot be reached in eu-west-1\. .*\n$/),
    });
  });
});

describe('the program', () => {
  it('prints the result alone on stdout, and ends with 0', async () => {
    const { code, out, err } = await start('--json', 'list', '--limit', '1', ...operator.place);
    expect([code, err]).toEqual([0, '']);
    expect(Object.keys(JSON.parse(out))).toEqual(['users', 'next', 'where', 'by']);
    expect((await start('--help')).out).toMatch(/\n {2}set-role <user> <role> {2,}gives a user a role/);
  });

  it.each<[string[], string | RegExp]>([
    [[], /^Which command\? There are list, show, create, .*$/],
    [['lst', '--local'], /^There is no command "lst"\. There are list, show, create, .*$/],
    [['list'], 'Whose users? Give one of --stage <stage>, --stack <name> and --local.'],
    [['list', '--stage', 'dev', '--data-dir', 'x'], '--data-dir and --dynamodb go with --local.'],
    [['show', '--local'], 'Usage: npm run users -- show <user> [--by …]'],
    [['list', 'all', '--local'], /^Usage: npm run users -- list \[--role …\] /],
    [['list', '--local', '--lmit', '3'], /^Unknown option '--lmit'\. The options are [^\n]*$/],
  ])('answers %j with one line', async (words, message) => {
    const { out, error } = await runUsers(words);
    expect(out).toBe('');
    expect(error).toEqual(typeof message === 'string' ? message : expect.stringMatching(message));
  });

  it.each<[string[], string]>([
    [['list', '--limit', '0'], '--limit cannot be "0". It must be a whole number from 1 to 100000.'],
    [['list', '--state', 'locked'], '--state cannot be "locked". It must be active or inactive.'],
    [['list', '--after', 'x'], '--after cannot be "x". It is what the page before ended with.'],
    [['show', 'x', '--by', 'name'], '--by cannot be "name". It must be id, email, username.'],
  ])('refuses %j', async (words, message) => {
    expect(await errorOf(words)).toBe(message);
  });

  it('ends with 1 and one line on stderr when something is wrong', async () => {
    expect(await start('show', 'nobody', ...operator.place)).toEqual({
      code: 1,
      out: '',
      err: `There is no user "nobody" in the local server under ${operator.folder}.\n`,
    });
  });
});
