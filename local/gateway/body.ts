/** Reading a request's body: never more of it is kept than API Gateway would take. */
import type { IncomingMessage } from 'node:http';

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const maxBodyBytes = 10 * 1024 * 1024;

/** `aborted`: the client went away before its body was complete; there is nobody left to answer. */
export type ReceivedBody = Buffer | 'too-large' | 'aborted';

/** Reads until the end, or stops reading as soon as the body is known to be too large. */
export function readBody(message: IncomingMessage): Promise<ReceivedBody> {
  if (Number(message.headers['content-length']) > maxBodyBytes) return Promise.resolve('too-large');
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const onData = (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= maxBodyBytes) chunks.push(chunk);
      else end('too-large');
    };
    const onEnd = () => end(Buffer.concat(chunks));
    const onClose = () => end('aborted');
    const end = (body: ReceivedBody) => {
      message.off('data', onData).off('end', onEnd).off('close', onClose).pause();
      resolve(body);
    };
    message.on('data', onData).on('end', onEnd).on('close', onClose).on('error', onClose);
  });
}
