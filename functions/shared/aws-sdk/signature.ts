/**
 * In place of `@smithy/signature-v4`, which also signs addresses, events and streams: AWS Signature Version 4 for the one kind of request that
 * DynamoDB takes, a POST to `/`. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
import { createHash, createHmac } from 'node:crypto';

interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface Signer {
  readonly credentials: () => Promise<Credentials>;
  readonly region: string;
  readonly service: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

export class SignatureV4 {
  readonly #signer: Signer;

  constructor(signer: Signer) {
    this.#signer = signer;
  }

  /** A copy of the request with its signature, over its body and its headers, whose names are in lower case. */
  async sign(request: HttpRequest, { signingDate }: { readonly signingDate: Date }): Promise<HttpRequest> {
    const { credentials, region, service } = this.#signer;
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    const time = signingDate.toISOString().replace(/[-:]|\.\d+/g, '');
    const scope = [time.slice(0, 8), region, service, 'aws4_request'];
    const payload = digestOf(request.body ?? '');
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-date': time,
      'x-amz-content-sha256': payload,
      ...(sessionToken && { 'x-amz-security-token': sessionToken }),
    };
    const names = Object.keys(headers).filter(isSigned).sort();
    const lines = names.map((name) => `${name}:${headers[name]?.trim().replace(/\s+/g, ' ')}\n`).join('');
    const canonical = [request.method, request.path, '', lines, names.join(';'), payload].join('\n');
    const text = [ALGORITHM, time, scope.join('/'), digestOf(canonical)].join('\n');
    const key = scope.reduce<string | Buffer>(macOf, `AWS4${secretAccessKey}`);
    const credential = `${accessKeyId}/${scope.join('/')}`;
    headers['authorization'] =
      `${ALGORITHM} Credential=${credential}, SignedHeaders=${names.join(';')}, Signature=${macOf(key, text).toString('hex')}`;
    return { ...request, headers };
  }
}

/** Proxies may change these; the SDK does not sign them either. */
const isSigned = (name: string): boolean =>
  !/^(authorization|connection|expect|transfer-encoding|user-agent|x-amzn-trace-id)$/.test(name);

const digestOf = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');

const macOf = (secret: string | Buffer, text: string): Buffer =>
  createHmac('sha256', secret).update(text).digest();
