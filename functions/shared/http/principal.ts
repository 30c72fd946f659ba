/**
 * Who is calling, as the authorizer found out. It travels through API Gateway as the authorizer's context, whose values arrive
 * as text on AWS and in their own types elsewhere.
 */
import type { APIGatewayProxyEvent } from 'aws-lambda';

export interface Principal {
  readonly userId: number;
  readonly role: string;
  readonly locator: string;
  readonly session: string;
  /** Epoch seconds: the end of the token that was presented. */
  readonly tokenExpiresAt: number;
  /** Epoch seconds: the end of the session, which no refresh passes. */
  readonly sessionExpiresAt: number;
}

/** A principal as the flat record that an authorizer may return. */
export type PrincipalContext = Readonly<Record<keyof Principal, string | number>>;

export const principalContext = (principal: Principal): PrincipalContext => ({ ...principal });

/** The principal of a request, or `undefined` when no authorizer vouched for one: then nothing may be done. */
export function readPrincipal(event: Pick<APIGatewayProxyEvent, 'requestContext'>): Principal | undefined {
  const context: Record<string, unknown> = event.requestContext.authorizer ?? {};
  const text = (name: keyof Principal) => String(context[name] ?? '');
  const principal = {
    userId: Number(text('userId')),
    role: text('role'),
    locator: text('locator'),
    session: text('session'),
    tokenExpiresAt: Number(text('tokenExpiresAt')),
    sessionExpiresAt: Number(text('sessionExpiresAt')),
  };
  return Object.values(principal).every(Boolean) ? principal : undefined;
}
