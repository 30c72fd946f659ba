import { start } from './accounts';

describe('a request', () => {
  const signed = {
    'X-Amz-Target': 'DynamoDB_20120810.ListTables',
    Authorization: 'AWS4-HMAC-SHA256 Credential=someone/20240101/eu-west-1/dynamodb/aws4_request',
  };
  const refused = [
    {
      what: 'of more than 16 MB',
      body: ' '.repeat(16 * 1024 * 1024 + 1),
      name: 'RequestEntityTooLargeException',
    },
    { what: 'that is no JSON', body: '{', name: 'SerializationException' },
    { what: 'that is no JSON object', body: '[]', name: 'SerializationException' },
    {
      what: 'without a signature',
      headers: { Authorization: '' },
      name: 'MissingAuthenticationTokenException',
    },
    {
      what: 'signed by nobody',
      headers: { Authorization: 'AWS4-HMAC-SHA256 Signature=a' },
      name: 'IncompleteSignatureException',
    },
    {
      what: 'for an operation that there is not',
      headers: { 'X-Amz-Target': 'DynamoDB_20120810.UpdateTimeToLive' },
      name: 'UnknownOperationException',
    },
    {
      what: 'for an operation of another service',
      headers: { 'X-Amz-Target': 'Other.ListTables' },
      name: 'UnknownOperationException',
    },
  ];

  it.each(refused)('$what is refused as $name', async ({ body = '{}', headers = {}, name }) => {
    const { endpoint } = await start();

    const response = await fetch(endpoint, { method: 'POST', body, headers: { ...signed, ...headers } });

    expect(response.ok).toBe(false);
    expect(await response.json()).toMatchObject({ __type: expect.stringMatching(`#${name}$`) });
  });

  it('of 16 MB is read', async () => {
    const { endpoint } = await start();

    const body = '{}'.padEnd(16 * 1024 * 1024);
    const response = await fetch(endpoint, { method: 'POST', body, headers: signed });

    expect(await response.json()).toEqual({ TableNames: [] });
  });
});
