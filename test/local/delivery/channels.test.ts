/** What functions send by SES and EventBridge, and where the developer sees it. */
import { Duration } from 'aws-cdk-lib';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { EventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type SampleApp, serveSample } from '../sample-app';
import { Output } from './sample-delivery';

/** Sends each of the inputs in the request's body by the real SDK, and answers with the results. */
const sender = (client: string, command: string) => `
  const sdk = require('${require.resolve(client === 'SESv2Client' ? '@aws-sdk/client-sesv2' : '@aws-sdk/client-eventbridge')}');
  const client = new sdk.${client}({ maxAttempts: 1 });
  exports.handler = async ({ body }) => {
    const results = [];
    for (const input of JSON.parse(body)) {
      const filled = JSON.parse(JSON.stringify(input).replaceAll('<bus>', process.env.BUS));
      const result = client.send(new sdk.${command}(filled));
      results.push(await result.catch(({ name, message, $metadata }) => ({ name, message, status: $metadata.httpStatusCode })));
    }
    return { statusCode: 200, body: JSON.stringify(results) };
  };`;

const allow = (action: string, resource: string, from?: string) =>
  new PolicyStatement({
    actions: [action],
    resources: [resource],
    ...(from && { conditions: { StringEquals: { 'ses:FromAddress': from } } }),
  });

const output = new Output();
const sample = serveSample(
  (app: SampleApp) => {
    const bus = new EventBus(app.stack, 'Bus');
    const add = (id: string, code: string, statements: PolicyStatement[]) => {
      const environment = { BUS: bus.eventBusName };
      // Enough for a hundred calls on a busy machine.
      const added = app.addFunction(id, code, { environment, timeout: Duration.seconds(29) });
      for (const statement of statements) added.addToRolePolicy(statement);
      app.api.root.addResource(id).addMethod('POST', new LambdaIntegration(added));
    };
    const mail = sender('SESv2Client', 'SendEmailCommand');
    const events = sender('EventBridgeClient', 'PutEventsCommand');
    const identities = 'arn:aws:ses:us-east-1:123456789012:identity/*';
    add('mail', mail, [allow('ses:SendEmail', identities, 'no-reply@example.com')]);
    add('events', events, [allow('events:PutEvents', bus.eventBusArn)]);
    add('mail-denied', mail, [allow('events:PutEvents', bus.eventBusArn)]);
    add('events-denied', events, [allow('ses:SendEmail', identities)]);
  },
  { output },
);

const send = async (path: string, ...inputs: object[]): Promise<any> =>
  (await sample.fetch(`/${path}`, { method: 'POST', body: JSON.stringify(inputs) })).json();
const outbox = async (query = ''): Promise<any> => (await sample.fetch(`/_local/outbox/${query}`)).json();

const email = (to: string, text: string, changes: object = {}) => ({
  FromEmailAddress: 'Example App <no-reply@example.com>',
  Destination: { ToAddresses: [to] },
  Content: {
    Simple: {
      Subject: { Data: 'Your password' },
      Body: { Text: { Data: text }, Html: { Data: '<p>x</p>' } },
    },
  },
  EmailTags: [{ Name: 'purpose', Value: 'reset_password' }],
  ...changes,
});
const event = (detail: unknown, DetailType = 'AuthMessage', EventBusName = '<bus>') => ({
  Entries: [
    {
      Source: 'token-auth',
      DetailType,
      EventBusName,
      Detail: typeof detail === 'string' ? detail : JSON.stringify(detail),
    },
  ],
});

describe('A mail', () => {
  it('is in the outbox with its code and link, and prints a line', async () => {
    const text = 'Your code: 123456\n\nOr open https://example.com/reset#dG9rZW4 until noon.';
    const [result] = await send('mail', email('alice@example.com', text));

    expect(result.MessageId).toMatch(/./);
    expect(await outbox('?to=Alice@Example.com')).toEqual({
      messages: [
        {
          to: 'alice@example.com',
          purpose: 'reset_password',
          subject: 'Your password',
          text,
          html: '<p>x</p>',
          code: '123456',
          link: 'https://example.com/reset#dG9rZW4',
        },
      ],
      events: [],
    });
    await output.until('Message: reset_password to alice@example.com, code 123456\n');
  });

  it('without a code or a link has none, and the line has the link if there is no code', async () => {
    const tags = { EmailTags: [{ Name: 'purpose', Value: 'deletion' }] };
    await send(
      'mail',
      email('bob@example.com', 'Order 1234567 changed.'),
      email('bob@example.com', 'Open https://example.com/d#x', tags),
    );
    const { messages } = await outbox('?to=bob@example.com');

    expect(messages.map(({ code, link }: any) => [code, link])).toEqual([
      [undefined, undefined],
      [undefined, 'https://example.com/d#x'],
    ]);
    await output.until('Message: reset_password to bob@example.com\n');
    await output.until('Message: deletion to bob@example.com, link https://example.com/d#x\n');
  });

  it('is refused from another address, without the grant, or if it is malformed', async () => {
    const other = { FromEmailAddress: 'other@example.com' };
    const results = [
      ...(await send(
        'mail',
        email('eve@example.com', 'x', other),
        email('eve@example.com', 'x', { Content: {} }),
      )),
      ...(await send('mail-denied', email('eve@example.com', 'x'))),
    ];

    expect(results).toEqual([
      {
        name: 'AccessDeniedException',
        message: expect.stringMatching(
          /^User: arn:aws:sts::123456789012:assumed-role\/.* is not authorized to perform: ses:SendEmail on resource: arn:aws:ses:us-east-1:123456789012:identity\/other@example\.com because/,
        ),
        status: 403,
      },
      {
        name: 'BadRequestException',
        message: expect.stringMatching(/^Content\.Simple: /),
        status: 400,
      },
      expect.objectContaining({ name: 'AccessDeniedException' }),
    ]);
    expect((await outbox('?to=eve@example.com')).messages).toEqual([]);
  });
});

describe('An event', () => {
  it('AuthMessage is a message; others are listed beside them', async () => {
    const detail = { purpose: 'deletion', to: 'carol@example.com', uid: 'AAAA', token: 'secret\u001b[2J' };
    const created = { user_id: 7, at: '2026-01-01T00:00:00Z' };
    const [result] = await send('events', event(detail), event(created, 'user.created'));

    expect(result).toMatchObject({ FailedEntryCount: 0, Entries: [{ EventId: expect.stringMatching(/./) }] });
    expect(await outbox('?to=carol@example.com')).toEqual({
      messages: [detail],
      events: [{ name: 'user.created', ...created }],
    });
    await output.until('Message: deletion to carol@example.com, uid AAAA, token secret\\u{1b}[2J\n');
  });

  it('is refused for another bus, without the grant, or if it is malformed', async () => {
    const results = [
      ...(await send('events', event({}, 'x', 'default'), { Entries: [] }, event('{', 'x'))),
      ...(await send('events-denied', event({ to: 'eve@example.com' }))),
    ];

    expect(results).toEqual([
      {
        name: 'AccessDeniedException',
        message: expect.stringContaining(
          'on resource: arn:aws:events:us-east-1:123456789012:event-bus/default',
        ),
        status: 403,
      },
      { name: 'ValidationException', message: expect.stringMatching(/^Entries: /), status: 400 },
      expect.objectContaining({
        FailedEntryCount: 1,
        Entries: [{ ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }],
      }),
      expect.objectContaining({ name: 'AccessDeniedException' }),
    ]);
  });
});

describe('The outbox', () => {
  it('can be searched by purpose too', async () => {
    const to = 'dave@example.com';
    await send('events', event({ to, purpose: 'activation' }), event({ to, purpose: 'deletion' }));

    const query = `?to=${encodeURIComponent(to)}&purpose=deletion`;
    expect((await outbox(query)).messages).toEqual([{ to, purpose: 'deletion' }]);
  });

  it('can only be read, also without a slash at the end', async () => {
    const response = await sample.fetch('/_local/outbox/', { method: 'POST' });
    expect([response.status, await response.json()]).toEqual([405, { detail: 'Method "POST" not allowed.' }]);
    expect((await sample.fetch('/_local/outbox')).status).toBe(200);
  });

  it('keeps the latest thousand', async () => {
    const many = (call: number) => ({
      Entries: Array.from({ length: 10 }, (_, index) => event({ to: `n${call * 10 + index}` }).Entries[0]),
    });
    await send('events', ...Array.from({ length: 101 }, (_, call) => many(call)));
    const { messages } = await outbox();

    expect(messages).toHaveLength(1000);
    expect([messages[0].to, messages.at(-1).to]).toEqual(['n10', 'n1009']);
  });
});
