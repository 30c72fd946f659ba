/** AWS as far as npm run doctor asks it, over HTTP, with an answer of the test's choosing for each service. */
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Answer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

type Service = 'sts' | 'ssm' | 'lambda';
/** `silence`: the connection is taken and nothing ever comes. */
type Answers = Readonly<Record<Service, Answer | 'silence'>>;

export interface FakeAws {
  /** The variables by which the SDK finds it. */
  readonly variables: Readonly<Record<string, string>>;
  answer(answers: Partial<Answers>): void;
  close(): Promise<void>;
}

const ACCOUNT = '123456789012';

export const identity = (arn = `arn:aws:sts::${ACCOUNT}:assumed-role/Admin/me`): Answer => ({
  status: 200,
  body: `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult><Arn>${arn}</Arn><UserId>A</UserId><Account>${ACCOUNT}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
});

export const stsError = (code: string, message = 'no'): Answer => ({
  status: 403,
  body: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error><RequestId>1</RequestId></ErrorResponse>`,
});

export const parameter = (value: string): Answer => ({
  status: 200,
  body: JSON.stringify({ Parameter: { Name: '/cdk-bootstrap/hnb659fds/version', Value: value } }),
});

export const jsonError = (type: string, message = 'no'): Answer => ({
  status: 400,
  body: JSON.stringify({ __type: type, message }),
  headers: { 'x-amzn-errortype': type },
});

export const atOnce = (count: number): Answer => ({
  status: 200,
  body: JSON.stringify({
    AccountLimit: { ConcurrentExecutions: 1000, UnreservedConcurrentExecutions: count },
  }),
});

const healthy: Answers = { sts: identity(), ssm: parameter('30'), lambda: atOnce(1000) };

export async function startFakeAws(): Promise<FakeAws> {
  let answers = healthy;
  const server = createServer((request, response) => {
    const service = (request.url ?? '').split('/')[1] as Service;
    request.resume().on('end', () => send(response, answers[service]));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    variables: Object.fromEntries(
      Object.keys(healthy).map((service) => [
        `AWS_ENDPOINT_URL_${service.toUpperCase()}`,
        `${base}/${service}`,
      ]),
    ),
    answer: (changed) => {
      answers = { ...healthy, ...changed };
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function send(response: ServerResponse, answer: Answer | 'silence'): void {
  if (answer === 'silence') return;
  response.writeHead(answer.status, answer.headers ?? {}).end(answer.body);
}
