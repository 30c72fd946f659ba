import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { runTemplate } from '../../../local/run';
import { openConnection, parsed, rawHead, sendRaw } from '../raw-client';
import { SampleApp, serveSample } from '../sample-app';

/** Answers with the length of the body that it got. */
const measuring = `exports.handler = async (event) => (
  { statusCode: 200, body: String((event.body ?? '').length) }
);`;

const megabyte = 1024 * 1024;
const tooLong = { status: 413, body: '{"message":"Request Too Long"}' };

describe('The HTTP server', () => {
  const sample = serveSample((app) => {
    app.api.root.addMethod('ANY', new LambdaIntegration(app.addFunction('Measuring', measuring)));
    // It cannot be customised, and so the answers below do not show this.
    app.api.addGatewayResponse('TooLarge', {
      type: { responseType: 'REQUEST_TOO_LARGE' },
      statusCode: '400',
    });
  });
  const post = (body: string) => sample.fetch('', { method: 'POST', body });

  async function isAlive(): Promise<boolean> {
    const response = await post('ok');
    return (await response.text()) === '2';
  }

  it('takes a body as large as Lambda takes it', async () => {
    const response = await post('x'.repeat(6_000_000));

    expect(await response.text()).toBe('6000000');
  });

  it('answers 413 to a body that fits API Gateway but makes an event too large for Lambda', async () => {
    const response = await post('x'.repeat(6 * megabyte));

    expect({ status: response.status, body: await response.text() }).toEqual(tooLong);
  });

  it('lets a client send to its end before it closes the connection, so that no answer is lost', async () => {
    const { socket, received } = openConnection(sample.url());
    const body = 'x'.repeat(12 * megabyte);
    const failure = await new Promise((resolve) => {
      socket.pause().write(rawHead('POST /', [`Content-Length: ${body.length}`]) + body, resolve);
    });
    socket.resume();

    expect(failure ?? undefined).toBeUndefined();
    expect(parsed(await received)).toEqual(tooLong);
  });

  it('answers 413 to a body that grows over 10 MB without having announced its length', async () => {
    const { socket, received } = openConnection(sample.url());
    const chunk = `${megabyte.toString(16)}\r\n${'x'.repeat(megabyte)}\r\n`;
    socket.write(rawHead('POST /', ['Transfer-Encoding: chunked']));
    for (let count = 0; count < 12; count += 1) socket.write(chunk);
    socket.write('0\r\n\r\n');

    const [head = '', body] = (await received).split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 413 /);
    expect(head).toMatch(/\r\nConnection: close(\r\n|$)/);
    expect(body).toBe(tooLong.body);
  });

  it('cuts off a client that goes on sending after it has been answered', async () => {
    const { socket, received } = openConnection(sample.url());
    const sendOn = () => {
      while (socket.writable && socket.write('x'.repeat(megabyte)));
    };
    socket.on('drain', sendOn);
    socket.write(rawHead('POST /', ['Content-Length: 99999999999']));
    sendOn();

    expect(parsed(await received)).toEqual(tooLong);
  });

  it.each([
    ['that API Gateway refuses', 10_300],
    ['that would never end', 5_000_000],
  ])('answers 431 in JSON to headers of a size %s', async (_, bytes) => {
    const answer = await sendRaw(sample.url(), rawHead('GET /', [`X-Large: ${'x'.repeat(bytes)}`]));

    expect(answer).toMatch(/^HTTP\/1\.1 431 .*\r\nContent-Type: application\/json\r\n/s);
    expect(JSON.parse(parsed(answer).body)).toEqual({ message: 'Request Header Fields Too Large' });
  });

  it.each([
    ['bytes that are no HTTP', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['an unknown method', 'SMUGGLE / HTTP/1.1\r\nHost: a\r\n\r\n'],
    ['a length and chunks at once', rawHead('POST /', ['Content-Length: 3', 'Transfer-Encoding: chunked'])],
    ['a chunk whose size is no number', `${rawHead('POST /', ['Transfer-Encoding: chunked'])}zz\r\n`],
    ['no Host in HTTP/1.1', 'GET / HTTP/1.1\r\n\r\n'],
  ])('answers 400 in JSON to %s, and goes on', async (_, text) => {
    const answer = await sendRaw(sample.url(), text);

    expect(answer).toMatch(/^HTTP\/1\.1 400 .*\r\nContent-Type: application\/json\r\n/s);
    expect(JSON.parse(parsed(answer).body)).toEqual({ message: 'Bad Request' });
    expect(await isAlive()).toBe(true);
  });

  it('goes on when clients go away: before, within and after a request', async () => {
    for (const text of [
      '',
      'POST / HT',
      `${rawHead('POST /', ['Content-Length: 100'])}half`,
      rawHead('GET /'),
    ]) {
      const { socket, received } = openConnection(sample.url());
      await once(socket, 'connect');
      socket.write(text, () => socket.resetAndDestroy());
      await received;
    }

    expect(await isAlive()).toBe(true);
  });

  it('answers a request to upgrade as any other, and closes the connection', async () => {
    const upgrade = 'Connection: Upgrade\r\nUpgrade: websocket';
    const answer = await sendRaw(sample.url(), `GET / HTTP/1.1\r\nHost: a\r\n${upgrade}\r\n\r\n`);

    expect(answer).toMatch(/^HTTP\/1\.1 200 .*\r\nConnection: close\r\n/s);
    expect(parsed(answer).body).toBe('0');
  });

  it('promises no end to idle connections: to close one could reset a request on its way', async () => {
    const { socket } = openConnection(sample.url());
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    const [head] = await once(socket, 'data');
    socket.destroy();

    expect(String(head)).toMatch(/\r\nConnection: keep-alive\r\n/);
    expect(String(head)).not.toMatch(/\r\nKeep-Alive:/);
  });
});

it('Closing the HTTP server waits neither for functions nor for clients that are slow, idle or never finish', async () => {
  const app = new SampleApp();
  const hang =
    'exports.handler = () => { console.log("begun"); return new Promise(() => setInterval(() => {}, 1000)); };';
  app.api.root.addMethod('ANY', new LambdaIntegration(app.addFunction('Hanging', hang)));
  const log = new PassThrough();
  const output = { stdout: log, stderr: log };
  const running = await runTemplate({ assembly: app.synthesise(), port: 0, output });
  const half = `${rawHead('POST /', ['Content-Length: 100'])}half`;
  const connections = ['', 'GET / HT', half, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'].map((text) => {
    const connection = openConnection(running.url);
    connection.socket.write(text);
    return connection;
  });
  await Promise.all([once(log, 'data'), ...connections.map(({ socket }) => once(socket, 'connect'))]);

  await running.close();
  await Promise.all(connections.map(({ received }) => received));
  app.remove();
});
