/** Finds out what answers at a base URL, before any row is played there. */
import type { Connection, Reply } from '../../bench/load/connection';
import type { ApiRequest } from '../../bench/load/requests';
import { headerOf, inShort } from './expected';
import { CannotRunError } from './options';
import type { Target } from './row';

export interface Reached {
  readonly target: Target;
  readonly hasCors: boolean;
}

const DASHBOARD: ApiRequest = { method: 'GET', path: 'api/dashboard/' };
const EMPTY_SIGNUP: ApiRequest = {
  method: 'POST',
  path: 'api/signup/',
  headers: { 'Content-Type': 'application/json' },
  body: '{}',
};
const PREFLIGHT: ApiRequest = {
  method: 'OPTIONS',
  path: 'api/dashboard/',
  headers: { Origin: 'https://app.example.com', 'Access-Control-Request-Method': 'GET' },
};

/** @throws CannotRunError when nothing answers, or something that is not this API. */
export async function reach(connection: Connection, base: URL, given?: Target): Promise<Reached> {
  const ask = async (request: ApiRequest): Promise<Reply> => {
    const { reply, failure } = await connection.send(request);
    if (reply) return reply;
    throw new CannotRunError(
      `Cannot reach ${base}: ${failure}. Is the server running there, and is the URL right?`,
    );
  };
  const first = await ask(DASHBOARD);
  if (!isOurs(first) && !isOurs(await ask(EMPTY_SIGNUP))) throw notOurs(base, first);
  const clock = await ask({ method: 'GET', path: '_local/clock/' });
  const preflight = await ask(PREFLIGHT);
  return {
    target: given ?? recognise(first, clock),
    hasCors: headerOf(preflight, 'Access-Control-Allow-Methods') !== undefined,
  };
}

function recognise(first: Reply, clock: Reply): Target {
  if (/werkzeug/i.test(headerOf(first, 'Server') ?? '')) return 'sam';
  return clock.status === 200 && 'moved_by_seconds' in membersOf(clock) ? 'local' : 'aws';
}

/** One right answer is enough: what else is wrong, the rows say. A 404 is that of another path, maybe of this API. */
function isOurs(reply: Reply): boolean {
  if (reply.status === 404) return false;
  const { detail, username } = membersOf(reply) as { readonly detail?: unknown; readonly username?: unknown };
  return typeof detail === 'string' || Array.isArray(username);
}

const membersOf = ({ body }: Reply): object => (typeof body === 'object' && body !== null ? body : {});

function notOurs(base: URL, reply: Reply): CannotRunError {
  const location = headerOf(reply, 'Location');
  const answer = location ? `${reply.status}, a redirect to ${location}` : inShort(reply);
  return new CannotRunError(
    `What answers at ${base} is not this API: GET ${base}api/dashboard/ gave ${answer}. The base URL is what stands before api/, with the stage and without api/ itself.`,
  );
}
