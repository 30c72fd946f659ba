/** A bundle's requests to DynamoDB, checked as AWS checks them: stand-ins for parts of the SDK take part in signing them. */
import { createHash, createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { readBundle } from '../bench/bundle';

const SECRET = 'a secret/with+signs';
const folder = mkdtempSync(join(tmpdir(), 'token-auth-signed-'));
const before = process.env;

interface Request {
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}
const requests: Request[] = [];
const server = createServer(async (request, response) => {
  requests.push({ headers: request.headers, body: await buffer(request) });
  response.setHeader('Content-Type', 'application/x-amz-json-1.0');
  response.end('{"Responses":{},"UnprocessedKeys":{}}');
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
});
afterAll(() => {
  process.env = before;
  server.close().closeAllConnections();
  rmSync(folder, { recursive: true, force: true });
});

const digest = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html */
function signatureOf({ headers, body }: Request, scope: readonly string[], signedHeaders: string): string {
  const lines = signedHeaders.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = ['POST', '/', '', lines.join(''), signedHeaders, digest(body)].join('\n');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope.join('/'), digest(canonical)].join('\n');
  const key = scope.reduce<string | Buffer>(mac, `AWS4${SECRET}`);
  return mac(key, text).toString('hex');
}

it.each([undefined, 'the session token of a role'])(
  'are signed, with the session token %j',
  async (sessionToken) => {
    const file = join(folder, `authorizer-${sessionToken === undefined}.js`);
    writeFileSync(file, readBundle('authorizer').text);
    process.env = {
      USERS_TABLE: 'Users',
      TOKENS_TABLE: 'Tokens',
      OUTBOX_TABLE: 'Outbox',
      EVENTS: 'off',
      METRICS_NAMESPACE: 'none',
      ADMITTED_ROLES: 'CLERK',
      AWS_REGION: 'eu-west-1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
      AWS_SECRET_ACCESS_KEY: SECRET,
      AWS_ENDPOINT_URL_DYNAMODB: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      ...(sessionToken && { AWS_SESSION_TOKEN: sessionToken }),
    };
    const { handler } = require(file);
    const { policyDocument } = await handler({
      headers: { Authorization: 'Token f2afca0567cd22a156f3791b7374ea774fd4b529' },
      resource: '/api/dashboard',
      httpMethod: 'GET',
      methodArn: 'arn:aws:execute-api:eu-west-1:123456789012:abc/dev/GET/api/dashboard',
      requestContext: { requestId: 'r', identity: { sourceIp: '192.0.2.1' } },
    });
    expect(policyDocument.Statement[0].Effect).toBe('Deny');
    const request = requests.pop()!;
    const [, scope = '', signedHeaders = '', signature] =
      /^AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE\/(\S+), SignedHeaders=(\S+), Signature=([0-9a-f]{64})$/.exec(
        request.headers.authorization!,
      ) ?? [];
    const date = request.headers['x-amz-date']!;
    expect(scope).toBe(`${String(date).slice(0, 8)}/eu-west-1/dynamodb/aws4_request`);
    expect(signedHeaders.split(';')).toEqual(expect.arrayContaining(['host', 'x-amz-date', 'x-amz-target']));
    expect(request.headers['x-amz-security-token']).toBe(sessionToken);
    expect(signedHeaders.includes('x-amz-security-token')).toBe(sessionToken !== undefined);
    expect(signature).toBe(signatureOf(request, scope.split('/'), signedHeaders));
  },
);
