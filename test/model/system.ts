/** The system under test: every handler as deployed, on the engine, under a clock and an address generator that the test moves. */
import crypto from 'node:crypto';
import type {
  APIGatewayAuthorizerResult,
  APIGatewayProxyEvent,
  APIGatewayProxyResult,
  APIGatewayRequestAuthorizerEvent,
} from 'aws-lambda';
import { type EndpointName, listRoutes } from '../../functions/endpoints';
import { handlerOf, variablesFor } from '../support/functions';
import { postponeTimeOuts } from '../support/time-outs';
import { type Engine, startEngine, TABLES } from './engine';
import { type Front, startFront } from './front';
import { currentLane } from './lanes';
import { SESSION_LIFETIME, SESSIONS_PER_USER, TOKEN_LIFETIME } from './model';

type Handler = (event: APIGatewayProxyEvent) => Promise<APIGatewayProxyResult>;
type Authorizer = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

export interface System {
  readonly engine: Engine;
  readonly authorizer: Authorizer;
  readonly handlers: ReadonlyMap<EndpointName, Handler>;
  setClock(nowMs: number): void;
  close(): Promise<void>;
}

const variables = {
  ...variablesFor(TABLES),
  TOKEN_LIFETIME_SECONDS: String(TOKEN_LIFETIME),
  SESSION_LIFETIME_SECONDS: String(SESSION_LIFETIME),
  SESSIONS_PER_USER: String(SESSIONS_PER_USER),
  ADMITTED_ROLES: 'CLERK,MANAGER',
};

export async function startSystem(): Promise<System> {
  const engine = await startEngine();
  const front = await startFront(engine);
  const environmentBefore = { ...process.env };
  useEnvironment(front);
  const patches = [patchClock(), patchDraws(), patchPauses(), postponeTimeOuts(), patchLog()];
  const handlers = new Map<EndpointName, Handler>();
  for (const { name } of listRoutes()) handlers.set(name, await handlerOf(name));
  const authorizer: Authorizer = await handlerOf('authorizer');
  return {
    engine,
    handlers,
    authorizer,
    setClock: (nowMs) => {
      clockMs = nowMs;
    },
    close: async () => {
      for (const restore of patches) restore();
      process.env = environmentBefore;
      await front.close();
      await engine.close();
    },
  };
}

function useEnvironment({ endpoint }: Front): void {
  Object.assign(process.env, variables, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoint,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  });
}

let clockMs = 0;

/** Functions read the time through `Date.now` alone. */
function patchClock(): () => void {
  const { now } = Date;
  Date.now = () => clockMs;
  return () => {
    Date.now = now;
  };
}

const SESSION_ID_BYTES = 8;

/** Locators (5 bytes) and session digits (2 bytes) come from the lane, if it has any: else no key would ever come again. */
function patchDraws(): () => void {
  const { randomBytes } = crypto;
  crypto.randomBytes = ((size: number) => {
    const lane = currentLane.getStore();
    const drawn = lane?.draws.get(size) ?? randomBytes(size);
    lane?.draws.delete(size);
    if (lane && size === SESSION_ID_BYTES) lane.sessionId = drawn.toString('hex');
    return drawn;
  }) as typeof randomBytes;
  return () => {
    crypto.randomBytes = randomBytes;
  };
}

/** The SDK's pauses before it tries again are random shares of a maximum. */
function patchPauses(): () => void {
  const { random } = Math;
  Math.random = () => 0;
  return () => {
    Math.random = random;
  };
}

/** Every request is logged; nobody wants to read thousands. */
function patchLog(): () => void {
  const { write } = process.stdout;
  const isLogged = (chunk: unknown) => String(chunk).startsWith('{"time":');
  process.stdout.write = ((chunk: never, ...rest: never[]) =>
    isLogged(chunk) || write.call(process.stdout, chunk, ...rest)) as typeof write;
  return () => Object.assign(process.stdout, { write });
}
