/** Functions to compare with, as bundles: what no function can be faster than. */

/** Does nothing. */
export const empty = "exports.handler = async () => ({ statusCode: 200, body: '{}' });";

/** Makes one call to the database with Node's own means, signed as AWS wants it (Signature Version 4), and nothing else. */
export const rawCall = `
const { createHash, createHmac } = require('node:crypto');
const http = require('node:http');
const agent = new http.Agent({ keepAlive: true });
const { AWS_ENDPOINT_URL_DYNAMODB, AWS_REGION, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
const { host, hostname, port } = new URL(AWS_ENDPOINT_URL_DYNAMODB);
const target = 'DynamoDB_20120810.BatchGetItem';
const key = { Users: { Keys: [{ pk: { S: 'USER#f2afca0567' } }] }, Tokens: { Keys: [{ user: { S: 'f2afca0567' }, session: { S: 'cd22' } }] } };
const mac = (secret, text) => createHmac('sha256', secret).update(text).digest();
const digest = (text) => createHash('sha256').update(text).digest('hex');

function signed(body) {
  const time = new Date().toISOString().replace(/[-:]|\\.\\d+/g, '');
  const scope = [time.slice(0, 8), AWS_REGION, 'dynamodb', 'aws4_request'];
  const headers = { host, 'x-amz-date': time, 'x-amz-security-token': AWS_SESSION_TOKEN, 'x-amz-target': target };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => name + ':' + value + '\\n').join('');
  const request = digest(['POST', '/', '', lines, names, digest(body)].join('\\n'));
  const secret = scope.reduce(mac, 'AWS4' + AWS_SECRET_ACCESS_KEY);
  const signature = mac(secret, ['AWS4-HMAC-SHA256', time, scope.join('/'), request].join('\\n')).toString('hex');
  const credential = AWS_ACCESS_KEY_ID + '/' + scope.join('/');
  const authorization = 'AWS4-HMAC-SHA256 Credential=' + credential + ', SignedHeaders=' + names + ', Signature=' + signature;
  return { ...headers, authorization, 'content-type': 'application/x-amz-json-1.0', 'content-length': Buffer.byteLength(body) };
}

exports.handler = async () => {
  const body = JSON.stringify({ RequestItems: key });
  const text = await new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, agent, method: 'POST', headers: signed(body) }, (response) => {
      let text = '';
      response.on('data', (chunk) => { text += chunk; }).on('end', () => resolve(text));
    });
    request.on('error', reject).end(body);
  });
  return { statusCode: 200, body: String(Object.keys(JSON.parse(text).Responses).length) };
};`;
