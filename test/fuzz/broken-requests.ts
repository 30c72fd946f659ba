/** Bytes that are nearly a request, or two: a line, a header, a length or a chunk as HTTP does not allow it, or allows it in vain. */
import fc from 'fast-check';
import { headerText } from './hostile-headers';
import { padded } from './hostile-text';
import { type WireRequest, wireBytes, wireRequest } from './wire-requests';

const requestLine = fc
  .tuple(
    fc.constantFrom('POST', 'GET', 'get', '', 'G@T', 'BREW', 'CONNECT', 'OPTIONS', 'PRI', 'P'.repeat(300)),
    fc.constantFrom(
      '/api/signup',
      '/api/dashboard',
      '*',
      '',
      '/a b',
      '/\0',
      '/\x80\xff',
      'localhost:80',
      'http://a@b:99999/',
    ),
    fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.10', 'HTTPS/1.1', 'ICE/1.0', ''),
  )
  .map((parts) => parts.join(' '));

const headerLine = fc.oneof(
  fc.constantFrom(
    ': x',
    'X',
    'A B: c',
    'X : a',
    ' X: a',
    'X: a\0b',
    'X: a\rb',
    'X: a\nY: b',
    'X: a\r\n b',
    '\x80: x',
    'X: a\r\r',
  ),
  fc.constantFrom('Host: other', 'Connection: close, x', 'Upgrade: h2c', 'Expect: 100-continue'),
  headerText.map((text) => `X: ${text}`),
);

const framing = fc.oneof(
  fc
    .constantFrom('0', '5', '7', '-1', '+5', '5 5', '0x5', '5,5', '', '1e1', '99999999', '9'.repeat(40))
    .map((length) => `Content-Length: ${length}`),
  fc
    .constantFrom(
      'chunked',
      'chunked, chunked',
      'identity',
      'gzip, chunked',
      'chunked, gzip',
      'xchunked',
      '\x0bchunked',
      '',
    )
    .map((coding) => `Transfer-Encoding: ${coding}`),
  fc.constantFrom(
    'Content-Length: 5\r\nContent-Length: 5',
    'Content-Length: 5\r\nContent-Length: 6',
    'Content-Length: 5\r\nTransfer-Encoding: chunked',
    'Transfer-Encoding: chunked\r\nContent-Length: 5',
    'Transfer-Encoding : chunked',
    'X: a',
  ),
);

const content = fc.constantFrom(
  '',
  'hello',
  '{"a":1}',
  '5\r\nhello\r\n0\r\n\r\n',
  '5\r\nhello\r\n0\r\nX: a\r\n\r\n',
  '5;a=b\r\nhello\r\n0\r\n\r\n',
  `5;${'a'.repeat(20_000)}\r\nhello\r\n0\r\n\r\n`,
  '5\nhello\n0\n\n',
  '6\r\nhello\r\n0\r\n\r\n',
  'zz\r\nhello\r\n',
  `${'f'.repeat(17)}\r\nhello\r\n`,
  '-1\r\nhello\r\n',
  '0\r\n\r\nGET /api/dashboard HTTP/1.1\r\nHost: localhost\r\n\r\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
);

const written = fc
  .tuple(requestLine, fc.array(headerLine, { maxLength: 2 }), framing, content)
  .map(
    ([line, headers, length, body]) =>
      `${[line, 'Host: localhost', ...headers, length].join('\r\n')}\r\n\r\n${body}`,
  );

/**
 * Not HEAD, whose answer has a length and no body; no large body and no chunks, of which a part would be waited for; and nothing that
 * Node.js gets wrong: it is silent about errors in and after a request to upgrade, and may put 100 Continue into the answer before.
 */
function asText({ authorization: _, ...request }: WireRequest): string {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const headers = request.headers.filter(([name]) => !['Upgrade', 'Expect'].includes(name));
  const body = { ...request.body, text: padded(request.body.text).slice(0, 500) };
  return wireBytes({ ...request, method, headers, body, isChunked: false }).toString('latin1');
}

const insertion = fc.constantFrom(
  '\0',
  '\r',
  '\n',
  '\r\n',
  '\r\n\r\n',
  ' ',
  ':',
  '\x80',
  '\xff',
  'HTTP/1.1',
  'Content-Length:',
);

const damaged = fc
  .tuple(wireRequest.map(asText), fc.nat(400), fc.nat(4), fc.option(insertion, { nil: '' }))
  .map(([text, at, dropped, inserted]) => text.slice(0, at) + inserted + text.slice(at + dropped));

/** One character for each byte. Nothing in it opens a protected route. */
export const brokenBytes: fc.Arbitrary<string> = fc.oneof(
  written,
  damaged,
  fc.tuple(damaged, damaged).map((two) => two.join('')),
);

/** After whatever may still be missing, the last request on the connection. */
export const lastRequest = `GET /end HTTP/1.1\r\nHost: localhost\r\nX-Padding: ${'x'.repeat(9000)}\r\nConnection: close\r\n\r\n`;
