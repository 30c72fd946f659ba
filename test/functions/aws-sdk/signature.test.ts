/** The stand-in for the SDK's signer beside the SDK's signer, which has its place where tests run. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { SignatureV4 } from '../../../functions/shared/aws-sdk/signature';

const text = fc.string({ unit: 'grapheme' });
const headerValue = fc.stringMatching(/^ *[!-~]+( +[!-~]+)* *$/);
const signing = fc.record({
  credentials: fc.record(
    { accessKeyId: fc.stringMatching(/^[A-Z0-9]{4,20}$/), secretAccessKey: text, sessionToken: headerValue },
    { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
  ),
  region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1'),
  body: text,
  target: headerValue,
  signingDate: fc.date({ min: new Date('2020-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
});

it('signs every request as the SDK does', async () => {
  await fc.assert(
    fc.asyncProperty(signing, async ({ credentials, region, body, target, signingDate }) => {
      const request = {
        method: 'POST',
        protocol: 'https:',
        hostname: `dynamodb.${region}.amazonaws.com`,
        path: '/',
        query: {},
        headers: {
          host: `dynamodb.${region}.amazonaws.com`,
          'content-type': 'application/x-amz-json-1.0',
          'content-length': String(Buffer.byteLength(body)),
          'user-agent': 'aws-sdk-js',
          'x-amzn-trace-id': 'Root=1-5759e988',
          'amz-sdk-request': 'attempt=1; max=3',
          'x-amz-target': target,
        },
        body,
      };
      const client = new DynamoDBClient({ region, credentials });
      const theirs = await client.config.signer();
      const expected = await theirs.sign(request as never, { signingDate });

      const ours = new SignatureV4({ credentials: async () => credentials, region, service: 'dynamodb' });
      const { headers } = await ours.sign(request, { signingDate });

      expect(headers).toEqual(expected.headers);
      expect(headers['authorization']).toMatch(/content-type;host;.*x-amz-target, Signature=[0-9a-f]{64}$/);
    }),
  );
});

it('leaves the request as it was, so that another attempt is signed anew', async () => {
  const request = { method: 'POST', path: '/', headers: { host: 'localhost' }, body: '{}' };
  const before = structuredClone(request);
  const credentials = async () => ({ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' });
  await new SignatureV4({ credentials, region: 'eu-west-1', service: 'dynamodb' }).sign(request, {
    signingDate: new Date(),
  });
  expect(request).toEqual(before);
});
