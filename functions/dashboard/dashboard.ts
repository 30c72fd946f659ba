import { roleTitle } from '../shared/domain/roles';
import { toSeconds } from '../shared/domain/session';
import type { ProtectedRequest } from '../shared/http/create-handler';
import { expiryHeaders } from '../shared/http/expiry-headers';
import type { HttpResponse } from '../shared/http/response';

/** Greets by role. Everything it needs came with the authorizer's answer. */
export function dashboard({ principal }: ProtectedRequest, nowMs: number): HttpResponse {
  return {
    status: 200,
    body: { message: `Welcome to the ${roleTitle(principal.role)} Dashboard!` },
    headers: expiryHeaders(principal, toSeconds(nowMs)),
  };
}
