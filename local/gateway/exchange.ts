/** A request on its way through the gateway: what is known once it has been read and its route found. */

import type { InvocationResult } from '../functions/function-worker';
import { accountId } from '../template/arns';
import type { ApiDefinition, FunctionDefinition } from '../template/deployment';
import { headerValue } from './headers';
import type { GatewayRequest } from './request';
import type { Route } from './router';

/** Invokes a function by its logical id. Never rejects. */
export type Invoke = (
  functionId: FunctionDefinition['logicalId'],
  event: object,
) => Promise<InvocationResult>;

export interface Exchange {
  readonly api: ApiDefinition;
  readonly request: GatewayRequest;
  readonly body: Buffer;
  readonly route: Route;
  readonly invoke: Invoke;
}

/** As functions get it, and `$context`. Without a route it says only what does not depend on one. */
export function requestContextOf(
  api: ApiDefinition,
  request: GatewayRequest,
  route?: Route,
): Record<string, unknown> {
  const host = headerValue(request.headers, 'Host') ?? '';
  return {
    ...(route === undefined ? {} : { resourceId: route.resource.id, resourcePath: route.resource.path }),
    httpMethod: request.method,
    extendedRequestId: request.id,
    requestTime: commonLogTime(request.receivedAt),
    path: `/${api.stageName}${request.path}`,
    accountId,
    protocol: request.protocol,
    stage: api.stageName,
    domainPrefix: host.split('.')[0],
    requestTimeEpoch: request.receivedAt,
    requestId: request.id,
    identity: identityOf(request),
    domainName: host,
    deploymentId: api.deploymentId,
    apiId: api.logicalId,
  };
}

function identityOf(request: GatewayRequest): Record<string, unknown> {
  return {
    cognitoIdentityPoolId: null,
    accountId: null,
    cognitoIdentityId: null,
    caller: null,
    sourceIp: request.sourceIp,
    principalOrgId: null,
    accessKey: null,
    cognitoAuthenticationType: null,
    cognitoAuthenticationProvider: null,
    userArn: null,
    userAgent: headerValue(request.headers, 'User-Agent') ?? null,
    user: null,
  };
}

/** `09/Apr/2015:12:34:56 +0000` */
function commonLogTime(milliseconds: number): string {
  const [, day, month, year, time] = new Date(milliseconds).toUTCString().split(' ');
  return `${day}/${month}/${year}:${time} +0000`;
}
