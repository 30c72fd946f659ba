/**
 * The least that a call to DynamoDB can cost: GetItem signed by hand (Signature Version 4) over a connection that stays open, without the
 * SDK and without whatever it does for safety. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { type BinaryLike, createHash, createHmac } from 'node:crypto';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';

const agent = new Agent({ keepAlive: true });
const { AWS_ENDPOINT_URL_DYNAMODB, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = process.env;
const endpoint = new URL(String(AWS_ENDPOINT_URL_DYNAMODB));
const TARGET = 'DynamoDB_20120810.GetItem';
const SIGNED_HEADERS = 'content-type;host;x-amz-date;x-amz-target';
const CONTENT_TYPE = 'application/x-amz-json-1.0';

const hmac = (key: BinaryLike, data: string): Buffer => createHmac('sha256', key).update(data).digest();
const digest = (data: string): string => createHash('sha256').update(data).digest('hex');

/** Holds for a day, so it is computed once. */
const signingKeys = new Map<string, Buffer>();

function signingKeyOf(day: string): Buffer {
  const known = signingKeys.get(day);
  if (known) return known;
  const parts = [day, String(AWS_REGION), 'dynamodb', 'aws4_request'];
  const key = parts.reduce<BinaryLike>(hmac, `AWS4${AWS_SECRET_ACCESS_KEY}`) as Buffer;
  signingKeys.set(day, key);
  return key;
}

function headersOf(body: string) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const day = time.slice(0, 8);
  const signed = `content-type:${CONTENT_TYPE}\nhost:${endpoint.host}\nx-amz-date:${time}\nx-amz-target:${TARGET}\n`;
  const canonical = ['POST', '/', '', signed, SIGNED_HEADERS, digest(body)].join('\n');
  const scope = `${day}/${AWS_REGION}/dynamodb/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, digest(canonical)].join('\n');
  const signature = hmac(signingKeyOf(day), toSign).toString('hex');
  return {
    'Content-Type': CONTENT_TYPE,
    'Content-Length': Buffer.byteLength(body),
    'X-Amz-Date': time,
    'X-Amz-Target': TARGET,
    Authorization: `AWS4-HMAC-SHA256 Credential=${AWS_ACCESS_KEY_ID}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
  };
}

const post = (body: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = endpoint;
    request({ agent, hostname, port, method: 'POST', headers: headersOf(body) }, resolve)
      .on('error', reject)
      .end(body);
  });

export async function handler(event: object) {
  const response = await post(JSON.stringify(event));
  const { Item } = JSON.parse(await text(response));
  return { statusCode: response.statusCode, item: Item };
}
